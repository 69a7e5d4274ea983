/** Owns the versions of a site's configuration, and the way back to one of them. */
import { Button, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { IconHistoryToggle } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { AuditEntry } from "../../../api/rest";
import { request } from "../../api/http";
import { useSites } from "../../api/queries";
import { ListBody } from "../../lists/ListBody";
import { told, warned } from "../../ui/notify";
import { PageHead } from "../../ui/PageHead";
import classes from "../Admin.module.css";
import { Missing } from "../Missing";
import own from "./Audit.module.css";
import { Lines } from "./Lines";
import { useVersions } from "./queries";

export function VersionsPage({ site }: { site: string }) {
  const { t } = useTranslation();
  const query = useVersions(site);
  const sites = useSites();
  const current = sites.data?.find((known) => known.id === site)?.config_version ?? null;
  if (sites.data && current === null) return <Missing back="/admin/sites" />;
  return (
    <div className={classes.inner}>
      <PageHead title={t("audit.versions_title")} text={t("audit.versions_text")} />
      <ListBody
        query={query}
        rowHeight={52}
        empty={{
          icon: IconHistoryToggle,
          title: t("audit.no_versions_title"),
          text: t("audit.no_versions_text"),
        }}
      >
        {(items, more, loading) => (
          <Lines
            items={items}
            more={more}
            loading={loading}
            end={more === null && !loading && <Before site={site} first={items.at(-1)} />}
            action={(entry) =>
              // What was made at once is one version.
              entry === items.find((other) => other.version === entry.version) && entry !== items[0] ? (
                <GoBack site={site} version={entry.version} />
              ) : null
            }
          />
        )}
      </ListBody>
    </div>
  );
}

/** How it was before the first change that is kept; a site that begins in the log was not there before. */
function Before({ site, first }: { site: string; first: AuditEntry | undefined }) {
  const { t } = useTranslation();
  if (first?.version == null || (first.action === "created" && first.kind === "site")) return null;
  return (
    <p className={own.before}>
      {t("audit.before_all")} <GoBack site={site} version={first.version - 1} />
    </p>
  );
}

function GoBack({ site, version }: { site: string; version: number | null }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const restore = useMutation({
    mutationFn: () => request("POST", `/sites/${site}/versions`, { version }),
    onSuccess: () => {
      told(t("audit.went_back", { version }));
      // Site, rules, offers and queues may all be others now.
      void queryClient.invalidateQueries();
    },
    onError: (error) => warned(error.message),
  });
  const ask = () =>
    openConfirmModal({
      title: t("audit.go_back_title", { version }),
      children: <Text>{t("audit.go_back_text")}</Text>,
      labels: { confirm: t("audit.go_back"), cancel: t("action.cancel") },
      onConfirm: () => restore.mutate(),
    });
  return (
    <Button variant="default" size="xs" loading={restore.isPending} onClick={ask}>
      {t("audit.go_back")}
    </Button>
  );
}
