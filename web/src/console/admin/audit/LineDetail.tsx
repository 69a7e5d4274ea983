/** Owns what one line of the audit log changed: each place with before and after, and why it was done. */
import { Button, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditDetail, AuditEntry } from "../../../api/rest";
import { request } from "../../api/http";
import { useSiteZone } from "../../api/queries";
import { useUser } from "../../shell/user";
import { CopyIcon } from "../../ui/CopyIcon";
import { told, warned } from "../../ui/notify";
import { Loaded } from "../../ui/states";
import { FullTime } from "../../ui/time";
import classes from "../Admin.module.css";
import own from "./Audit.module.css";
import { detailIn, fieldOf, placeIn, rowsOf, valueIn, type Words } from "./labels";
import { useNames } from "./names";
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

function Changes({ line: { differences, before, after, entry } }: { line: AuditDetail }) {
  const { t, i18n } = useTranslation();
  const words: Words = {
    t,
    language: i18n.language,
    names: useNames(entry.site_id),
    zone: useSiteZone(entry.site_id ?? ""),
  };
  const whole = before === null ? after : after === null ? before : null;
  if (whole !== null) return <Whole entry={entry} whole={whole} words={words} />;
  if (differences.length === 0) {
    return <Text>{detailIn(entry.detail, t) || t("audit.no_details")}</Text>;
  }
  return (
    <Table columns={[t("audit.column.place"), t("audit.column.before"), t("audit.column.after")]}>
      {differences.map(({ pointer, before, after }) => {
        const field = fieldOf(pointer);
        return (
          <tr key={pointer}>
            <td>{placeIn(entry.kind, pointer, words)}</td>
            <td>
              <Value text={valueIn(entry.kind, field, before, words)} />
            </td>
            <td>
              <Value text={valueIn(entry.kind, field, after, words)} />
            </td>
          </tr>
        );
      })}
    </Table>
  );
}

/** Something that was made or removed. */
function Whole({ entry, whole, words }: { entry: AuditEntry; whole: unknown; words: Words }) {
  const { t } = useTranslation();
  return (
    <>
      <Table columns={[t("audit.column.place"), t("audit.column.value")]}>
        {rowsOf(entry.kind, whole, words).map(([label, text]) => (
          <tr key={label}>
            <td>{label}</td>
            <td>
              <Value text={text} />
            </td>
          </tr>
        ))}
      </Table>
      <div>
        <CopyIcon value={JSON.stringify(whole, null, 2)} label={t("audit.copy")} />
      </div>
    </>
  );
}

function Table({ columns, children }: { columns: string[]; children: ReactNode }) {
  return (
    <div className={classes.tableFrame}>
      <table className={`${classes.table} ${own.changes}`}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Value({ text }: { text: string }) {
  const { t } = useTranslation();
  if (text === "") return <span className={classes.second}>{t("audit.nothing")}</span>;
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
