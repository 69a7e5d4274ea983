/** Owns the state of the picker of canned replies beside a text field: what is asked for, what is chosen, its keys. */
import { type KeyboardEvent, useId, useMemo, useState } from "react";
import type { CannedReply } from "../../../api/rest";
import { type Slash, search, slashAt } from "./search";
import type { Canned } from "./useCanned";

export interface Picker {
  id: string;
  open: boolean;
  found: CannedReply[];
  chosen: number;
  choose(index: number): void;
  insert(reply: CannedReply): void;
  /** True when the key was for the picker. */
  onKey(event: KeyboardEvent): boolean;
}

export function usePicker(
  text: string,
  caret: number,
  canned: Canned,
  onInsert: (slash: Slash, reply: CannedReply) => void,
): Picker {
  const id = useId();
  const slash = slashAt(text, caret);
  const [dismissed, setDismissed] = useState<string | null>(null);
  const [choice, setChoice] = useState({ query: "", index: 0 });
  const query = slash?.query ?? null;
  const found = useMemo(() => (query === null ? [] : search(canned.replies, query)), [canned.replies, query]);
  const open = slash !== null && dismissed !== text.slice(0, caret);
  const chosen = choice.query === query ? Math.min(choice.index, Math.max(0, found.length - 1)) : 0;
  const choose = (index: number) => setChoice({ query: query ?? "", index });
  const insert = (reply: CannedReply) => slash && onInsert(slash, reply);

  function onKey(event: KeyboardEvent): boolean {
    if (!open || event.altKey || event.ctrlKey || event.metaKey || event.nativeEvent.isComposing)
      return false;
    const reply = found[chosen];
    switch (event.key) {
      case "Escape":
        setDismissed(text.slice(0, caret));
        break;
      case "ArrowDown":
      case "ArrowUp": {
        if (found.length === 0) return false;
        const step = event.key === "ArrowDown" ? 1 : found.length - 1;
        choose((chosen + step) % found.length);
        break;
      }
      case "Enter":
      case "Tab":
        if (!reply || event.shiftKey) return false;
        insert(reply);
        break;
      default:
        return false;
    }
    event.preventDefault();
    return true;
  }
  return { id, open, found, chosen, choose, insert, onKey };
}
