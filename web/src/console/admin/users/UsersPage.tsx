/** Owns the list of users. */
import { Button } from "@mantine/core";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { User } from "../../../api/rest";
import { useUsers, useWaysIn } from "../../api/queries";
import { useUser } from "../../shell/user";
import { Dot } from "../../ui/Dot";
import { dateTime } from "../../ui/format";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { Ago } from "../../ui/time";
import { useNow } from "../../ui/useNow";
import classes from "../Admin.module.css";

export function UsersPage() {
  const { t } = useTranslation();
  const users = useUsers();
  const add = (
    <Button component={Link} href="/admin/users/new" leftSection={<IconPlus size={16} />}>
      {t("users.add")}
    </Button>
  );
  return (
    <div className={classes.inner}>
      <PageHead title={t("users.title")} text={t("users.text")}>
        {add}
      </PageHead>
      <Loaded query={users}>
        {(items) =>
          items.length === 0 ? (
            <Empty icon={IconUsers} title={t("users.empty_title")} text={t("users.empty_text")} />
          ) : (
            <Table users={[...items].sort((a, b) => a.name.localeCompare(b.name))} />
          )
        }
      </Loaded>
    </div>
  );
}

function State({ user }: { user: User }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const at = user.link ? dateTime(user.link.expires_at, i18n.language) : "";
  const waits = user.link !== null && user.link.expires_at > now;
  const has_provider = !!useWaysIn().data?.provider;
  const [tone, text] = user.disabled
    ? (["off", t("users.disabled")] as const)
    : user.has_password
      ? (["good", t("users.enabled")] as const)
      : user.single_sign_on
        ? (["good", t("users.state.provider")] as const)
        : user.link === null
          ? has_provider
            ? (["wait", t("users.state.not_linked")] as const)
            : (["off", t("users.state.no_password")] as const)
          : waits
            ? (["wait", t("users.state.invited", { at })] as const)
            : (["off", t("users.state.invitation_ended", { at })] as const);
  return (
    <span className={classes.status}>
      <Dot tone={tone} />
      {text}
    </span>
  );
}

function Table({ users }: { users: User[] }) {
  const { t } = useTranslation();
  const me = useUser();
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("users.column.name")}</th>
            <th scope="col">{t("users.column.role")}</th>
            <th scope="col" className={classes.num}>
              {t("users.column.slots")}
            </th>
            <th scope="col">{t("users.column.state")}</th>
            <th scope="col">{t("users.column.created")}</th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.id}>
              <td>
                <Link href={`/admin/users/${user.id}`} className={classes.main}>
                  {user.id === me.id ? `${user.name} (${t("users.you")})` : user.name}
                </Link>
                <span className={classes.second}>{user.email}</span>
              </td>
              <td>{t(`role.${user.role}`)}</td>
              <td className={classes.num}>{user.slots}</td>
              <td>
                <State user={user} />
              </td>
              <td>
                <Ago at={user.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
