/** Owns the quiet sign of the live connection in the header. Trouble is told by the banner. */
import { useTranslation } from "react-i18next";
import { useLiveState } from "../live/LiveProvider";
import { Dot } from "../ui/Dot";
import classes from "./Shell.module.css";

export function ConnectionState() {
  const { t } = useTranslation();
  const { state } = useLiveState((live) => live.connection);
  if (state === "open") return null;
  return (
    <span className={classes.state} role="status">
      <Dot tone="wait" />
      {t("connection.connecting")}
    </span>
  );
}
