/** Owns the frame of the two pages that are shown to nobody in particular: signing in and the first start. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Mark } from "../ui/Mark";
import classes from "./Entrance.module.css";

export function EntranceCard({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.mark}>
          <Mark size={28} />
          <span>{t("product")}</span>
        </div>
        {children}
      </div>
    </main>
  );
}
