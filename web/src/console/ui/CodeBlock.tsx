/** Owns a piece of code to be copied. */
import classes from "../admin/Admin.module.css";
import { CopyIcon } from "./CopyIcon";

export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className={classes.code}>
      <code>{code}</code>
      <span>
        <CopyIcon value={code} label={label} />
      </span>
    </div>
  );
}
