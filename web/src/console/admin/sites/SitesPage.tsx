/** Owns the list of sites. */
import { Button } from "@mantine/core";
import { IconPlus, IconWorld } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Site } from "../../../api/rest";
import { useSites } from "../../api/queries";
import { CopyIcon } from "../../ui/CopyIcon";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { Ago } from "../../ui/time";
import classes from "../Admin.module.css";

export function SitesPage() {
  const { t } = useTranslation();
  const sites = useSites();
  const add = (
    <Button component={Link} href="/admin/sites/new" leftSection={<IconPlus size={16} />}>
      {t("sites.add")}
    </Button>
  );
  return (
    <div className={classes.inner}>
      <PageHead title={t("sites.title")} text={t("sites.text")}>
        {(sites.data?.length ?? 0) > 0 && add}
      </PageHead>
      <Loaded query={sites}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              icon={IconWorld}
              title={t("sites.empty_title")}
              text={t("sites.empty_text")}
              action={add}
            />
          ) : (
            <Table sites={items} />
          )
        }
      </Loaded>
    </div>
  );
}

function Table({ sites }: { sites: Site[] }) {
  const { t } = useTranslation();
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("sites.column.name")}</th>
            <th scope="col">{t("sites.column.origins")}</th>
            <th scope="col">{t("sites.column.key")}</th>
            <th scope="col">{t("sites.column.created")}</th>
          </tr>
        </thead>
        <tbody>
          {sites.map((site) => (
            <tr key={site.id}>
              <td>
                <Link href={`/admin/sites/${site.id}`} className={classes.main}>
                  {site.name}
                </Link>
              </td>
              <td>{site.origins.join(", ")}</td>
              <td>
                <span className={classes.status}>
                  <code>{site.key}</code>
                  <CopyIcon value={site.key} />
                </span>
              </td>
              <td>
                <Ago at={site.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
