/** Owns the audit log: who changed what, filtered by person, kind and site. */
import { IconHistoryToggle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { AuditEntry } from "../../../api/rest";
import { useSites, useUsers } from "../../api/queries";
import { FilterSelect } from "../../lists/FilterBar";
import { ListBody } from "../../lists/ListBody";
import { useListView } from "../../lists/useListView";
import { PageHead } from "../../ui/PageHead";
import classes from "../Admin.module.css";
import { Lines } from "./Lines";
import { useAudit } from "./queries";

const FILTERS = ["site", "user", "kind"] as const;
const KINDS: AuditEntry["kind"][] = [
  "site",
  "rule",
  "offer",
  "queue",
  "offer_stop",
  "identity_secret",
  "customer_fields",
  "customer",
  "customer_import",
  "user",
  "canned_reply",
  "webhook",
  "workspace",
  "api_token",
  "agent_status",
  "chat_priority",
  "picture",
];

export function AuditPage() {
  const { t } = useTranslation();
  const list = useListView();
  const filter = { site: list.read("site"), user: list.read("user"), kind: list.read("kind") };
  const query = useAudit(filter);
  const sites = useSites();
  const users = useUsers();
  const named = (items: { id: string; name: string }[] | undefined) =>
    (items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <div className={classes.inner}>
      <PageHead title={t("audit.title")} text={t("audit.text")} />
      <div className={classes.tools}>
        <FilterSelect
          label={t("audit.who")}
          all={t("audit.everyone")}
          data={named(users.data)}
          value={filter.user}
          onChange={(value) => list.change("user", value)}
        />
        <FilterSelect
          label={t("audit.what")}
          all={t("audit.everything")}
          data={KINDS.map((kind) => ({ value: kind, label: t(`audit.kinds.${kind}`) }))}
          value={filter.kind}
          onChange={(value) => list.change("kind", value)}
        />
        <FilterSelect
          label={t("audit.site")}
          all={t("audit.all_sites")}
          data={named(sites.data)}
          value={filter.site}
          onChange={(value) => list.change("site", value)}
        />
      </div>
      <ListBody
        query={query}
        rowHeight={52}
        empty={{ icon: IconHistoryToggle, title: t("audit.empty_title"), text: t("audit.empty_text") }}
        clear={FILTERS.some((name) => list.read(name)) ? () => list.clear(FILTERS) : undefined}
      >
        {(items, more, loading) => <Lines items={items} more={more} loading={loading} />}
      </ListBody>
    </div>
  );
}
