/** Owns the list of canned replies above the text field, with a preview of the chosen one. The text field keeps the focus. */
import type { TFunction } from "i18next";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { CannedReply } from "../../../api/rest";
import classes from "./Canned.module.css";
import { gapsIn } from "./expand";
import type { Canned } from "./useCanned";

interface CannedPickerProps {
  id: string;
  canned: Canned;
  found: CannedReply[];
  chosen: number;
  onChoose(index: number): void;
  onInsert(reply: CannedReply): void;
}

export function CannedPicker({ id, canned, found, chosen, onChoose, onInsert }: CannedPickerProps) {
  const { t } = useTranslation();
  const at = found[chosen];
  return (
    <div className={classes.picker}>
      <div className="sr" role="status">
        {t("chats.canned.found", { count: found.length })}
      </div>
      {at === undefined ? (
        <p className={classes.none}>{emptyText(canned, t)}</p>
      ) : (
        <>
          <div className={classes.options} id={id} role="listbox" aria-label={t("chats.canned.title")}>
            {found.map((reply, index) => (
              <Option
                key={reply.id}
                id={`${id}-${index}`}
                reply={reply}
                selected={index === chosen}
                onPoint={() => onChoose(index)}
                onInsert={() => onInsert(reply)}
              />
            ))}
          </div>
          <Preview text={canned.textOf(at)} />
        </>
      )}
      <p className={classes.hint}>{t("chats.canned.hint")}</p>
    </div>
  );
}

function emptyText(canned: Canned, t: TFunction): string {
  if (canned.loading) return t("state.loading");
  if (canned.failed) return t("error.load_title");
  return canned.replies.length === 0 ? t("chats.canned.none") : t("chats.canned.not_found");
}

interface OptionProps {
  id: string;
  reply: CannedReply;
  selected: boolean;
  onPoint(): void;
  onInsert(): void;
}

function Option({ id, reply, selected, onPoint, onInsert }: OptionProps) {
  const { t } = useTranslation();
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (selected) row.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text field, which keeps the focus
    <div
      ref={row}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      className={classes.option}
      onMouseMove={selected ? undefined : onPoint}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onInsert}
    >
      <span className="clip">{reply.title}</span>
      <span className={classes.shortcut}>
        {reply.personal && `${t("chats.canned.own")} · `}/{reply.shortcut}
      </span>
    </div>
  );
}

/** What would be inserted; the gaps stand out. */
export function Preview({ text }: { text: string }) {
  const { t } = useTranslation();
  const pieces: { text: string; gap: boolean; at: number }[] = [];
  let from = 0;
  for (const gap of gapsIn(text)) {
    pieces.push({ text: text.slice(from, gap.start), gap: false, at: from });
    pieces.push({ text: gap.name, gap: true, at: gap.start });
    from = gap.end;
  }
  pieces.push({ text: text.slice(from), gap: false, at: from });
  return (
    <section className={classes.preview} aria-label={t("chats.canned.preview")}>
      {pieces.map((piece) =>
        piece.gap ? (
          <mark key={`gap-${piece.at}`} className={classes.gap}>
            {piece.text}
          </mark>
        ) : (
          <span key={`text-${piece.at}`}>{piece.text}</span>
        ),
      )}
    </section>
  );
}
