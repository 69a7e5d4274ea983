/** Owns what one line of the audit log changed: each place with before and after, and why it was done. */
import { Button, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditDetail, AuditEntry } from "../../../api/rest";
import { request } from "../../api/http";
import { useUser } from "../../shell/user";
import { CodeBlock } from "../../ui/CodeBlock";
import { told, warned } from "../../ui/notify";
import { Loaded } from "../../ui/states";
import { FullTime } from "../../ui/time";
import classes from "../Admin.module.css";
import own from "./Audit.module.css";
import { place } from "./place";
import { auditKeys, useAuditLine } from "./queries";

export function LineDetail({ id }: { id: string }) {
  const detail = useAuditLine(id);
  const me = useUser();
  return (
    <Loaded query={detail}>
      {(line) => (
        <div className={own.detail}>
          <Text c="dimmed">
            {line.entry.user_name} · <FullTime at={line.entry.at} />
          </Text>
          <Changes line={line} />
          {line.entry.user_id === me.id ? (
            <Note entry={line.entry} />
          ) : (
            line.entry.note !== "" && <Text>{line.entry.note}</Text>
          )}
        </div>
      )}
    </Loaded>
  );
}

/** Changes of what the interface does not show. */
const UNSEEN = ["password", "secret", "sessions", "link"] as const;

function Changes({ line: { differences, before, after, entry } }: { line: AuditDetail }) {
  const { t } = useTranslation();
  const whole = before === null ? after : after === null ? before : null;
  if (whole !== null) {
    return <CodeBlock code={JSON.stringify(whole, null, 2)} label={t("audit.copy")} />;
  }
  if (differences.length === 0) {
    const unseen = UNSEEN.find((known) => known === entry.detail);
    return <Text>{unseen ? t(`audit.details.${unseen}`) : entry.detail || t("audit.no_details")}</Text>;
  }
  return (
    <div className={classes.tableFrame}>
      <table className={`${classes.table} ${own.changes}`}>
        <thead>
          <tr>
            <th scope="col">{t("audit.column.place")}</th>
            <th scope="col">{t("audit.column.before")}</th>
            <th scope="col">{t("audit.column.after")}</th>
          </tr>
        </thead>
        <tbody>
          {differences.map((difference) => (
            <tr key={difference.pointer}>
              <td className={own.second}>{place(difference.pointer)}</td>
              <td>
                <Value value={difference.before} />
              </td>
              <td>
                <Value value={difference.after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ value }: { value: unknown }) {
  const { t } = useTranslation();
  if (value === undefined || value === null || value === "") {
    return <span className={classes.second}>{t("audit.nothing")}</span>;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  return <span className={own.value}>{text}</span>;
}

function Note({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [note, setNote] = useState(entry.note);
  const save = useMutation({
    mutationFn: () => request<AuditEntry>("PATCH", `/audit/${entry.id}`, { note }),
    onSuccess: () => {
      told(t("audit.noted"));
      void queryClient.invalidateQueries({ queryKey: auditKeys.all });
    },
    onError: (error) => warned(error.message),
  });
  return (
    <form
      className={own.note}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Textarea
        label={t("audit.note")}
        description={t("audit.note_help")}
        autosize
        minRows={1}
        maxRows={5}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={note.trim() === entry.note} loading={save.isPending}>
        {t("audit.save_note")}
      </Button>
    </form>
  );
}
