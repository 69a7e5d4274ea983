/** Owns the list of API tokens, showing one once after it was made, and taking one away. */
import { Alert, Button, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { ApiToken } from "../../../api/rest";
import { request } from "../../api/http";
import { useUsers } from "../../api/queries";
import { CodeBlock } from "../../ui/CodeBlock";
import { Dot } from "../../ui/Dot";
import { fullTime } from "../../ui/format";
import { told, warned } from "../../ui/notify";
import { PageHead } from "../../ui/PageHead";
import { Empty, Loaded } from "../../ui/states";
import { Ago } from "../../ui/time";
import { useNow } from "../../ui/useNow";
import classes from "../Admin.module.css";
import { tokenKeys, useApiTokens } from "./queries";

export function ApiTokensPage() {
  const { t } = useTranslation();
  const tokens = useApiTokens();
  const add = (
    <Button component={Link} href="/admin/api-tokens/new" leftSection={<IconPlus size={16} />}>
      {t("api_tokens.add")}
    </Button>
  );
  return (
    <div className={classes.inner}>
      <PageHead title={t("api_tokens.title")} text={t("api_tokens.text")}>
        {(tokens.data?.length ?? 0) > 0 && add}
      </PageHead>
      <JustMade />
      <Loaded query={tokens}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              icon={IconKey}
              title={t("api_tokens.empty_title")}
              text={t("api_tokens.empty_text")}
              action={add}
            />
          ) : (
            <Table tokens={items} />
          )
        }
      </Loaded>
    </div>
  );
}

function JustMade() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [made] = useState(() => queryClient.getQueryData<string>(tokenKeys.made));
  useEffect(() => queryClient.removeQueries({ queryKey: tokenKeys.made }));
  if (!made) return null;
  return (
    <Alert color="accent" mb="md" icon={<IconKey />} title={t("api_tokens.shown_once")} role="status">
      <CodeBlock code={made} label={t("api_tokens.copy")} />
    </Alert>
  );
}

function Table({ tokens }: { tokens: ApiToken[] }) {
  const { t } = useTranslation();
  const users = useUsers();
  const nameOf = (id: string) => users.data?.find((user) => user.id === id)?.name ?? "";
  return (
    <div className={classes.tableFrame}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("api_tokens.column.name")}</th>
            <th scope="col">{t("api_tokens.column.scopes")}</th>
            <th scope="col">{t("api_tokens.column.used")}</th>
            <th scope="col">{t("api_tokens.column.ends")}</th>
            <th scope="col" aria-label={t("api_tokens.column.action")} />
          </tr>
        </thead>
        <tbody>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td>
                <span className={classes.main}>{token.name}</span>
                <span className={classes.second}>
                  {t("api_tokens.of", { ending: token.ending, name: nameOf(token.user_id) })}
                </span>
              </td>
              <td>{token.scopes.map((scope) => t(`api_tokens.scopes.${keyOf(scope)}.short`)).join(", ")}</td>
              <td>{token.last_used_at === null ? t("api_tokens.never") : <Ago at={token.last_used_at} />}</td>
              <td>
                <Ends at={token.expires_at} />
              </td>
              <td className={classes.num}>
                <Revoke token={token} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Texts cannot have a colon in their names. */
export function keyOf(scope: ApiToken["scopes"][number]) {
  return scope.replace(":", "_") as "configuration_read";
}

function Ends({ at }: { at: number | null }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const over = at !== null && at <= now;
  const text =
    at === null ? t("api_tokens.never_ends") : over ? t("api_tokens.ended") : fullTime(at, i18n.language);
  return (
    <span className={classes.status}>
      <Dot tone={over ? "off" : "good"} />
      {text}
    </span>
  );
}

function Revoke({ token }: { token: ApiToken }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => request<void>("DELETE", `/api-tokens/${token.id}`),
    onSuccess: () => {
      told(t("api_tokens.revoked", { name: token.name }));
      void queryClient.invalidateQueries({ queryKey: tokenKeys.all });
    },
    onError: (error) => warned(error.message),
  });
  const ask = () =>
    openConfirmModal({
      title: t("api_tokens.revoke_title", { name: token.name }),
      children: <Text>{t("api_tokens.revoke_text")}</Text>,
      labels: { confirm: t("api_tokens.revoke"), cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => revoke.mutate(),
    });
  return (
    <Button
      variant="default"
      size="xs"
      loading={revoke.isPending}
      onClick={ask}
      aria-label={t("api_tokens.revoke_title", { name: token.name })}
    >
      {t("api_tokens.revoke")}
    </Button>
  );
}
