/** Owns the table of lines of the audit log, and the dialog with what one of them changed. */
import { Button, Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AuditEntry } from "../../../api/rest";
import { useSites } from "../../api/queries";
import { handOnFocus } from "../../ui/handOnFocus";
import { Ago } from "../../ui/time";
import classes from "../Admin.module.css";
import own from "./Audit.module.css";
import { LineDetail } from "./LineDetail";
import { detailIn, placeIn } from "./labels";

interface LinesProps {
  items: AuditEntry[];
  more: (() => void) | null;
  loading: boolean;
  /** Stands below the last line. */
  end?: ReactNode;
  /** What can be done with a version; absent in the log. */
  action?: (entry: AuditEntry) => ReactNode;
}

export function Lines({ items, more, loading, end, action }: LinesProps) {
  const { t } = useTranslation();
  const sites = useSites();
  const [shown, setShown] = useState<AuditEntry | null>(null);
  const nameOf = (id: string | null) => sites.data?.find((site) => site.id === id)?.name ?? "";
  return (
    <>
      <div className={classes.tableFrame}>
        <table className={`${classes.table} ${own.lines}`}>
          <thead>
            <tr>
              {action && <th scope="col">{t("audit.column.version")}</th>}
              <th scope="col">{t("audit.column.what")}</th>
              <th scope="col">{t("audit.column.who")}</th>
              {!action && <th scope="col">{t("audit.column.site")}</th>}
              <th scope="col">{t("audit.column.when")}</th>
              {action && (
                <th scope="col">
                  <span className={own.unseen}>{t("audit.column.action")}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {items.map((entry) => (
              <tr key={entry.id}>
                {action && (
                  <td className="num" data-label={t("audit.column.version")}>
                    {entry.version}
                  </td>
                )}
                <td className={own.what}>
                  <button type="button" className={own.open} onClick={() => setShown(entry)}>
                    <Sentence entry={entry} />
                  </button>
                  <Second entry={entry} />
                </td>
                <td>
                  {entry.user_name || t("audit.gone")}
                  {entry.via && <span className={own.second}>{t("audit.via", { token: entry.via })}</span>}
                </td>
                {!action && <td>{nameOf(entry.site_id)}</td>}
                <td>
                  <Ago at={entry.at} />
                </td>
                {action && <td className={own.action}>{action(entry)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {(more || loading) && (
        <Button variant="default" my="md" loading={loading} onClick={() => more?.()} ref={handOnFocus}>
          {t("lists.more")}
        </Button>
      )}
      {end}
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        size="xl"
        title={shown && <Sentence entry={shown} />}
      >
        {shown && <LineDetail key={shown.id} id={shown.id} />}
      </Modal>
    </>
  );
}

function Sentence({ entry: { action, kind, name } }: { entry: AuditEntry }) {
  const { t } = useTranslation();
  const thing = t(`audit.things.${kind}`);
  const text = t(`audit.actions.${action}`, { thing });
  return name ? t("audit.named", { text, name }) : text;
}

/** Why, or else where. */
function Second({ entry }: { entry: AuditEntry }) {
  const { t, i18n } = useTranslation();
  const { action, detail, changed, note, kind } = entry;
  const words = { t, language: i18n.language };
  const places = changed
    .slice(0, 3)
    .map((pointer) => placeIn(kind, pointer, words))
    .join(", ");
  const where = changed.length > 3 ? t("audit.and_more", { places, count: changed.length - 3 }) : places;
  const text = action === "restored" ? t("audit.to_version", { version: detail }) : detailIn(detail, t);
  const shown = note || [text, where].filter(Boolean).join(" · ");
  return shown ? <span className={own.second}>{shown}</span> : null;
}
