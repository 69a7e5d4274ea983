/** Owns the line that names the gaps of a text, leads to each, and warns when it is about to be sent with them. */
import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./Canned.module.css";
import type { Gap } from "./expand";

interface GapsProps {
  gaps: Gap[];
  warned: boolean;
  onFill(gap: Gap): void;
  onSend(): void;
}

export function Gaps({ gaps, warned, onFill, onSend }: GapsProps) {
  const { t } = useTranslation();
  if (gaps.length === 0) return null;
  return (
    <div className={classes.gaps} role={warned ? "alert" : undefined}>
      <span>{t(warned ? "chats.canned.gaps_warning" : "chats.canned.gaps", { count: gaps.length })}</span>
      {gaps.map((gap) => (
        <button key={gap.start} type="button" className={classes.gapButton} onClick={() => onFill(gap)}>
          {gap.name}
        </button>
      ))}
      {warned && (
        <Button size="compact-xs" variant="default" onClick={onSend}>
          {t("chats.canned.send_anyway")}
        </Button>
      )}
    </div>
  );
}
