/** Owns the main navigation: which areas a role has, and how much waits in them. */
import {
  IconAddressBook,
  IconGauge,
  IconHistory,
  IconInbox,
  IconMessages,
  IconSettings,
  IconUsersGroup,
} from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import type { Role } from "../../api/rest";
import { useEnquiryCount } from "../api/queries";
import { Mark } from "../ui/Mark";
import { useAttention } from "./Attention";
import classes from "./Shell.module.css";

const AREAS = [
  { key: "chats", path: "/chats", icon: IconMessages, for: ["agent", "supervisor", "admin"] },
  { key: "visitors", path: "/visitors", icon: IconUsersGroup, for: ["agent", "supervisor", "admin"] },
  { key: "history", path: "/history", icon: IconHistory, for: ["agent", "supervisor", "admin"] },
  { key: "enquiries", path: "/enquiries", icon: IconInbox, for: ["agent", "supervisor", "admin"] },
  { key: "customers", path: "/customers", icon: IconAddressBook, for: ["agent", "supervisor", "admin"] },
  { key: "wallboard", path: "/wallboard", icon: IconGauge, for: ["supervisor", "admin"] },
  { key: "admin", path: "/admin", icon: IconSettings, for: ["admin"] },
] as const satisfies readonly { key: string; path: string; icon: unknown; for: readonly Role[] }[];

export type Section = (typeof AREAS)[number]["key"];

export function useSection(): Section | null {
  const [path] = useLocation();
  return AREAS.find((area) => path === area.path || path.startsWith(`${area.path}/`))?.key ?? null;
}

export function Navigation({ role }: { role: Role }) {
  const { t } = useTranslation();
  const section = useSection();
  const { total } = useAttention();
  return (
    <nav className={classes.rail} aria-label={t("nav.label")}>
      <span className={classes.mark}>
        <Mark size={26} />
      </span>
      <ul className={classes.links}>
        {AREAS.filter((area) => area.for.some((one) => one === role)).map(({ key, path, icon: Icon }) => (
          <li key={key}>
            <Link href={path} className={classes.link} aria-current={section === key ? "page" : undefined}>
              <Icon size={20} stroke={1.6} />
              {t(`nav.${key}`)}
              {key === "chats" && <Count count={total} />}
              {key === "enquiries" && <OpenEnquiries />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Asked for only where the area is there. */
function OpenEnquiries() {
  return <Count count={useEnquiryCount()} />;
}

function Count({ count }: { count: number }) {
  if (count === 0) return null;
  return <span className={classes.count}>{count > 99 ? "99" : count}</span>;
}
