/** Owns the navigation of the administration: the site at hand with its parts, and what belongs to the company. */
import { Select } from "@mantine/core";
import {
  IconAdjustments,
  IconEye,
  IconHistoryToggle,
  IconKey,
  IconLayoutColumns,
  IconListCheck,
  IconListDetails,
  IconListSearch,
  IconLogin2,
  IconMessage2,
  IconSlash,
  IconSpeakerphone,
  IconTestPipe,
  IconUsers,
  IconWebhook,
  IconWorld,
} from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { useSites } from "../api/queries";
import classes from "./Admin.module.css";

const LAST_SITE_KEY = "beckon.console.site";

export function AdminNav() {
  const { t } = useTranslation();
  const [path, go] = useLocation();
  const sites = useSites();
  const site = useSiteAtHand(sites.data?.map((known) => known.id) ?? [], path);
  const below = (part: string) => `/admin/sites/${site}${part}`;
  const part = path.match(/^\/admin\/sites\/[^/]+(\/[a-z-]+)?/)?.[1] ?? "";
  return (
    <nav className={classes.nav} aria-label={t("admin.nav.label")}>
      {site && (
        <section>
          <h2>{t("admin.nav.this_site")}</h2>
          <div className={classes.site}>
            <Select
              size="xs"
              aria-label={t("admin.nav.site")}
              allowDeselect={false}
              data={sites.data?.map((known) => ({ value: known.id, label: known.name })) ?? []}
              value={site}
              onChange={(id) => id && go(`/admin/sites/${id}${part}`)}
            />
          </div>
          <ul>
            <Entry href={below("/setup")} label={t("site_setup.nav")} icon={<IconListCheck size={16} />} />
            <Entry
              href={below("")}
              exact
              label={t("admin.nav.general")}
              icon={<IconAdjustments size={16} />}
            />
            <Entry href={below("/tracking")} label={t("admin.nav.tracking")} icon={<IconEye size={16} />} />
            <Entry
              href={below("/offers")}
              label={t("admin.nav.offers")}
              icon={<IconSpeakerphone size={16} />}
            />
            <Entry href={below("/rules")} label={t("admin.nav.rules")} icon={<IconListDetails size={16} />} />
            <Entry
              href={below("/rule-test")}
              label={t("admin.nav.rule_test")}
              icon={<IconTestPipe size={16} />}
            />
            <Entry href={below("/queues")} label={t("admin.nav.queues")} icon={<IconMessage2 size={16} />} />
            <Entry
              href={below("/versions")}
              label={t("audit.versions_title")}
              icon={<IconHistoryToggle size={16} />}
            />
          </ul>
        </section>
      )}
      <section>
        <h2>{t("admin.nav.company")}</h2>
        <ul>
          <Entry href="/admin/sites" exact label={t("admin.nav.sites")} icon={<IconWorld size={16} />} />
          <Entry href="/admin/users" label={t("admin.nav.users")} icon={<IconUsers size={16} />} />
          <Entry
            href="/admin/single-sign-on"
            label={t("single_sign_on.title")}
            icon={<IconLogin2 size={16} />}
          />
          <Entry href="/admin/canned-replies" label={t("canned.title")} icon={<IconSlash size={16} />} />
          <Entry
            href="/admin/workspace"
            label={t("workspace.title")}
            icon={<IconLayoutColumns size={16} />}
          />
          <Entry href="/admin/webhooks" label={t("webhooks.title")} icon={<IconWebhook size={16} />} />
          <Entry href="/admin/api-tokens" label={t("api_tokens.title")} icon={<IconKey size={16} />} />
          <Entry href="/admin/audit" label={t("audit.title")} icon={<IconListSearch size={16} />} />
        </ul>
      </section>
    </nav>
  );
}

/** The site of the address; elsewhere the one that was looked at last. */
function useSiteAtHand(known: string[], path: string): string | null {
  const named = path.match(/^\/admin\/sites\/([^/]+)/)?.[1];
  if (named && known.includes(named)) {
    sessionStorage.setItem(LAST_SITE_KEY, named);
    return named;
  }
  const last = sessionStorage.getItem(LAST_SITE_KEY);
  return last && known.includes(last) ? last : (known[0] ?? null);
}

interface EntryProps {
  href: string;
  label: string;
  icon: ReactNode;
  exact?: boolean;
}

function Entry({ href, label, icon, exact }: EntryProps) {
  const [path] = useLocation();
  const current = path === href || (!exact && path.startsWith(`${href}/`));
  const item = useRef<HTMLLIElement>(null);
  // The parts of the site come before it once the sites are known.
  const settled = useSites().isFetched;
  useEffect(() => {
    if (current && settled) item.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current, settled]);
  return (
    <li ref={item}>
      <Link href={href} className={classes.link} aria-current={current ? "page" : undefined}>
        {icon}
        {label}
      </Link>
    </li>
  );
}
