/** Owns the list of users. */
import { Button } from "@mantine/core";
import { IconPlus, IconUsers } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { User } from "../../../api/rest";
import { useUsers } from "../../api/queries";
import { useUser } from "../../shell/user";
import { Dot } from "../../ui/Dot";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { Ago } from "../../ui/time";
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
                <span className={classes.status}>
                  <Dot tone={user.disabled ? "off" : "good"} />
                  {user.disabled ? t("users.disabled") : t("users.enabled")}
                </span>
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
