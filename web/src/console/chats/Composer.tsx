/** Owns the place where the agent writes, to the visitor or to the team: Enter sends, Shift + Enter makes a new line, `/` brings canned replies. */
import { ActionIcon, Button, Checkbox, Textarea, Tooltip } from "@mantine/core";
import { IconSlash } from "@tabler/icons-react";
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import type { CannedReply } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { useDraft, useDrafts } from "../drafts/DraftsProvider";
import { useShortcut } from "../keys/useShortcut";
import { useLive } from "../live/LiveProvider";
import classes from "./Composer.module.css";
import { ComposerTools } from "./ComposerTools";
import { CannedPicker } from "./canned/CannedPicker";
import { type Gap, gapsIn } from "./canned/expand";
import { Gaps } from "./canned/Gaps";
import type { Slash } from "./canned/search";
import { useCanned } from "./canned/useCanned";
import { usePicker } from "./canned/usePicker";
import { DraftConflict } from "./DraftConflict";

const MESSAGE_LENGTH_MAX = 4_000;

/** `notesOnly` is for who may write to the team and not to the visitor. */
export function Composer({ chat, notesOnly }: { chat: Chat; notesOnly: boolean }) {
  const { t } = useTranslation();
  const live = useLive();
  const drafts = useDrafts();
  const { text, audience, conflict } = useDraft(chat.id);
  const staff = notesOnly || audience === "staff";
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(text.length);
  const [warned, setWarned] = useState(false);
  const select = useSelection(field);
  const canned = useCanned(chat);
  const picker = usePicker(text, caret, canned, insert);
  const gaps = gapsIn(text);
  const over = text.length - MESSAGE_LENGTH_MAX;

  useEffect(() => {
    if (!notesOnly && window.matchMedia("(min-width: 721px)").matches) field.current?.focus();
  }, [notesOnly]);
  useEffect(() => {
    // Who joins later must not find what stood here as a note as a message.
    if (notesOnly && text !== "" && audience === "all") drafts.change(chat.id, text, "staff");
  }, [notesOnly, text, audience, drafts, chat.id]);
  useShortcut("composer", () => field.current?.focus());
  useShortcut("canned", askForCanned);

  function change(value: string, at: number): void {
    drafts.change(chat.id, value, staff ? "staff" : "all");
    setCaret(at);
    setWarned(false);
    if (value !== "" && !staff) live.typing(chat.id);
  }
  function insert({ start }: Slash, reply: CannedReply): void {
    const filled = canned.textOf(reply);
    const end = start + filled.length;
    change(text.slice(0, start) + filled + text.slice(caret), end);
    const gap = gapsIn(filled)[0];
    select(gap ? { start: start + gap.start, end: start + gap.end } : { start: end, end });
  }
  function askForCanned(): void {
    const before = text.slice(0, caret);
    const slash = before === "" || /\s$/.test(before) ? "/" : " /";
    const at = caret + slash.length;
    change(before + slash + text.slice(caret), at);
    select({ start: at, end: at });
  }
  function send(with_gaps: boolean): void {
    const message = text.trim();
    if (message === "" || over > 0) return;
    if (gaps[0] && !with_gaps) {
      setWarned(true);
      select(gaps[0]);
      return;
    }
    live.say(chat, message, staff ? "staff" : "all");
    drafts.sent(chat.id, notesOnly ? "all" : audience);
    setWarned(false);
    setCaret(0);
    field.current?.focus();
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (picker.onKey(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send(false);
  };
  const insertEmoji = (piece: string) => {
    const at = field.current?.selectionStart ?? caret;
    const to = field.current?.selectionEnd ?? at;
    const end = at + piece.length;
    change(text.slice(0, at) + piece + text.slice(to), end);
    select({ start: end, end });
  };
  const takeFiles = (event: ClipboardEvent | DragEvent, files: FileList | undefined) => {
    if (!files?.length) return;
    event.preventDefault();
    live.sendFiles(chat.id, Array.from(files));
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping a file is a second way to do what the button does
    <div
      className={classes.composer}
      data-staff={staff}
      onDragOver={(event) => event.dataTransfer.types.includes("Files") && event.preventDefault()}
      onDrop={(event) => takeFiles(event, event.dataTransfer.files)}
    >
      {picker.open && (
        <CannedPicker
          id={picker.id}
          canned={canned}
          found={picker.found}
          chosen={picker.chosen}
          onChoose={picker.choose}
          onInsert={picker.insert}
        />
      )}
      {conflict !== null && <DraftConflict chat={chat.id} theirs={conflict} />}
      <div className={classes.composerTools}>
        <ComposerTools send={(files) => live.sendFiles(chat.id, files)} insert={insertEmoji} />
      </div>
      <Textarea
        ref={field}
        aria-label={t(staff ? "chats.composer.note_label" : "chats.composer.label")}
        aria-autocomplete="list"
        aria-controls={picker.open && picker.found.length > 0 ? picker.id : undefined}
        aria-activedescendant={
          picker.open && picker.found.length > 0 ? `${picker.id}-${picker.chosen}` : undefined
        }
        placeholder={t(staff ? "chats.composer.note_placeholder" : "chats.composer.placeholder")}
        autosize
        minRows={1}
        maxRows={7}
        value={text}
        error={over > 0 ? t("chats.composer.too_long", { over }) : undefined}
        onChange={(event) => change(event.currentTarget.value, event.currentTarget.selectionStart)}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
        onPaste={(event) => takeFiles(event, event.clipboardData.files)}
      />
      <Button onClick={() => send(false)} disabled={text.trim() === "" || over > 0}>
        {t(staff ? "chats.composer.note_send" : "chats.composer.send")}
      </Button>
      <Gaps gaps={gaps} warned={warned} onFill={(gap: Gap) => select(gap)} onSend={() => send(true)} />
      <div className={classes.composerFoot}>
        <Tooltip label={t("chats.canned.title")}>
          <ActionIcon size="sm" onClick={askForCanned} aria-label={t("chats.canned.title")}>
            <IconSlash size={16} />
          </ActionIcon>
        </Tooltip>
        <span className={classes.composerHint}>
          {staff ? t("chats.team.only") : t("chats.composer.hint")}
        </span>
        {!notesOnly && (
          <Checkbox
            size="xs"
            label={t("chats.composer.as_note")}
            checked={staff}
            onChange={(event) => {
              drafts.change(chat.id, text, event.currentTarget.checked ? "staff" : "all");
              field.current?.focus();
            }}
          />
        )}
      </div>
    </div>
  );
}

/** Sets focus and selection once the text that it is meant for is on screen. */
function useSelection(field: React.RefObject<HTMLTextAreaElement | null>) {
  const [wanted, setWanted] = useState<{ start: number; end: number } | null>(null);
  useLayoutEffect(() => {
    if (!wanted) return;
    field.current?.focus();
    field.current?.setSelectionRange(wanted.start, wanted.end);
  }, [wanted, field]);
  return ({ start, end }: { start: number; end: number }) => setWanted({ start, end });
}
