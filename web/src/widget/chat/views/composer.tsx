/** Where the visitor writes: text, emoji, and files by button, paste or drop. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { emoji_groups } from "../emoji";
import { newId } from "../new-id";
import { message_chars_max } from "../state";
import { useUi } from "./context";
import { Icon } from "./parts";

export function Composer({ files }: { files: boolean }) {
  const { act, state, t } = useUi();
  const box = useRef<HTMLTextAreaElement>(null);
  const [emoji, setEmoji] = useState(false);
  const send = () => {
    setEmoji(false);
    act({ type: "draft_sent", id: newId(), now: Date.now() });
  };
  const take = (list: FileList | null | undefined): boolean => {
    const taken = files && list ? Array.from(list) : [];
    if (taken.length) act({ type: "files_chosen", files: taken, ids: taken.map(newId) });
    return taken.length > 0;
  };
  const insert = (text: string) => {
    const area = box.current;
    const at = area ? area.selectionStart : state.draft.length;
    const to = area ? area.selectionEnd : at;
    const draft = state.draft.slice(0, at) + text + state.draft.slice(to);
    act({ type: "drafted", text: draft, now: Date.now() });
    if (area) area.setSelectionRange(at + text.length, at + text.length);
  };
  useGrowth(box, state.draft);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => files && event.preventDefault()}
      onDrop={(event) => take(event.dataTransfer?.files) && event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !emoji) return;
        event.stopPropagation();
        setEmoji(false);
        box.current?.focus();
      }}
    >
      {emoji && <Emoji insert={insert} />}
      <div class="bar">
        {files && <Attach take={take} />}
        <EmojiButton open={emoji} toggle={() => setEmoji(!emoji)} />
        <textarea
          ref={box}
          class="write"
          aria-label={t.message}
          placeholder={t.write_message}
          rows={1}
          dir="auto"
          maxLength={message_chars_max}
          value={state.draft}
          enterkeyhint="send"
          onPointerDown={() => setEmoji(false)}
          onInput={(event) => act({ type: "drafted", text: event.currentTarget.value, now: Date.now() })}
          onPaste={(event) => take(event.clipboardData?.files) && event.preventDefault()}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="send" aria-label={t.send} disabled={!state.draft.trim()}>
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

/** The field has a line for each line of the text, up to five. */
function useGrowth(box: RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    area.rows = 1;
    const line_px = 20;
    area.rows = Math.max(1, Math.min(5, Math.round((area.scrollHeight - 22) / line_px)));
  }, [text]);
}

function Attach({ take }: { take(list: FileList | null): void }) {
  const { t } = useUi();
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        tabIndex={-1}
        onChange={({ currentTarget: at }) => {
          take(at.files);
          at.value = "";
        }}
      />
      <button
        type="button"
        class="tool"
        aria-label={t.attach}
        title={t.attach}
        onClick={() => picker.current?.click()}
      >
        <Icon name="attach" />
      </button>
    </>
  );
}

function EmojiButton({ open, toggle }: { open: boolean; toggle(): void }) {
  const { t } = useUi();
  return (
    <button
      type="button"
      class="tool"
      aria-label={t.emoji}
      title={t.emoji}
      aria-expanded={open}
      onClick={({ currentTarget: button }) => {
        // Not every browser does so by itself, and an on-screen keyboard stays for as long as the text has the focus.
        button.focus();
        toggle();
      }}
    >
      <Icon name="emoji" />
    </button>
  );
}

function Emoji({ insert }: { insert(text: string): void }) {
  const { t } = useUi();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own frame
    <div class="emoji" role="group" aria-label={t.emoji}>
      {emoji_groups.map((group) => (
        <div key={group}>
          {Array.from(group, (one) => (
            <button key={one} type="button" onClick={() => insert(one)}>
              {one}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}
