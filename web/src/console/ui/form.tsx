/** Owns the parts that editors are built from: sections, settings in rows, the bar that saves. */
import { Alert, Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Editor } from "./editor";
import classes from "./Form.module.css";

interface SectionProps {
  title: string;
  text?: string;
  flush?: boolean;
  /** The focus has come into it. */
  onFocus?(): void;
  children: ReactNode;
}

export function Section({ title, text, flush, onFocus, children }: SectionProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears of the fields within it
    <section className={classes.section} onFocus={onFocus}>
      <header className={classes.sectionHead}>
        <h2>{title}</h2>
        {text && <p>{text}</p>}
      </header>
      {flush ? children : <div className={classes.sectionBody}>{children}</div>}
    </section>
  );
}

interface SettingRowProps {
  /** Id of the control, which the label is for. */
  id: string;
  label: string;
  text: string;
  children: ReactNode;
}

/** One setting: its name and meaning at the left, the control with unit, range and default at the right. */
export function SettingRow({ id, label, text, children }: SettingRowProps) {
  return (
    <div className={classes.row}>
      <div>
        <label className={classes.rowLabel} htmlFor={id}>
          {label}
        </label>
        <div className={classes.rowText} id={`${id}-text`}>
          {text}
        </div>
      </div>
      <div>{children}</div>
    </div>
  );
}

/** Fields side by side where there is room. */
export function Two({ children }: { children: ReactNode }) {
  return <div className={classes.two}>{children}</div>;
}

interface EditFormProps<T extends object> {
  editor: Editor<T>;
  /** The label of the saving button; Save by default. */
  save?: string;
  /** Show the bar even while nothing has changed, as for something new. */
  always?: boolean;
  children: ReactNode;
}

export function EditForm<T extends object>({ editor, save, always, children }: EditFormProps<T>) {
  const { t } = useTranslation();
  const { form, failure, saving } = editor;
  const dirty = form.isDirty();
  const bad = Object.keys(form.errors).length > 0;
  return (
    <form onSubmit={editor.submit} noValidate>
      {children}
      {(dirty || always) && (
        <div className={classes.saveBar}>
          {failure && (
            <Alert
              color="red"
              role="alert"
              icon={<IconAlertTriangle />}
              title={failure.title}
              className={classes.failure}
            >
              {failure.lines.map((line) => (
                <div key={line}>{line}</div>
              ))}
            </Alert>
          )}

          <span className={classes.saveNote} role="status">
            {bad ? t("state.has_errors") : dirty && !always ? t("state.unsaved") : ""}
          </span>
          {dirty && !always && (
            <Button variant="default" onClick={() => form.reset()} disabled={saving}>
              {t("action.discard")}
            </Button>
          )}
          <Button type="submit" loading={saving}>
            {save ?? t("action.save")}
          </Button>
        </div>
      )}
    </form>
  );
}
