/** Owns a name that opens the record of the presentation it belongs to. */
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Decisions.module.css";
import { RecordModal } from "./Record";

export function RecordLink({ name, presentation }: { name: string; presentation: string | null }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  if (presentation === null) return name;
  return (
    <>
      <button
        type="button"
        className={classes.link}
        aria-label={t("decisions.record.open", { name })}
        onClick={() => setOpened(true)}
      >
        {name}
      </button>
      <RecordModal id={opened ? presentation : null} onClose={() => setOpened(false)} />
    </>
  );
}
