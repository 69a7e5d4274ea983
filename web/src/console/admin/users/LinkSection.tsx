/** Owns the link with which a user chooses a password: making it, showing it once, revoking it. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { IconMailForward } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { MadeUserLink, User } from "../../../api/rest";
import { request } from "../../api/http";
import { keys } from "../../api/queries";
import { CodeBlock } from "../../ui/CodeBlock";
import { Section } from "../../ui/form";
import { dateTime } from "../../ui/format";
import { told, warned } from "../../ui/notify";
import { useNow } from "../../ui/useNow";

/** The link that was just made; kept here alone, and gone with the page. */
export const madeLinkKey = (user: string) => ["user-link-made", user] as const;

export function LinkSection({ user }: { user: User }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const key = madeLinkKey(user.id);
  const [made, setMade] = useState(() => queryClient.getQueryData<MadeUserLink>(key) ?? null);
  useEffect(() => queryClient.removeQueries({ queryKey: key }));
  const users = () => queryClient.invalidateQueries({ queryKey: keys.users });
  const make = useMutation({
    mutationFn: () => request<MadeUserLink>("POST", `/users/${user.id}/link`),
    onSuccess: (link) => {
      setMade(link);
      void users();
    },
    onError: (error) => warned(error.message),
  });
  const revoke = useMutation({
    mutationFn: () => request<void>("DELETE", `/users/${user.id}/link`),
    onSuccess: () => {
      setMade(null);
      told(t("users.link.revoked"));
    },
    onError: (error) => warned(error.message),
    onSettled: users,
  });
  const kind = user.has_password ? "reset" : "invitation";
  const words = kind === "invitation" && user.single_sign_on ? "beside_provider" : kind;
  const again = user.link?.kind === kind;
  return (
    <Section title={t(`users.link.${words}.title`)} text={t(`users.link.${words}.text`)}>
      {made && (
        <Alert
          color="accent"
          icon={<IconMailForward />}
          title={t(made.mailed ? "users.link.mailed" : "users.link.shown_once", { email: user.email })}
          role="status"
        >
          <CodeBlock code={made.address} label={t("users.link.copy")} />
        </Alert>
      )}
      <State user={user} />
      <Group gap="xs">
        <Button
          variant="default"
          loading={make.isPending}
          disabled={user.disabled}
          onClick={() => make.mutate()}
        >
          {t(again ? `users.link.${words}.again` : `users.link.${words}.make`)}
        </Button>
        {user.link && (
          <Button variant="default" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {t("users.link.revoke")}
          </Button>
        )}
      </Group>
    </Section>
  );
}

function State({ user }: { user: User }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  if (user.link === null) return null;
  const { kind, expires_at } = user.link;
  const at = dateTime(expires_at, i18n.language);
  return <Text>{t(`users.link.${kind}.${expires_at > now ? "until" : "ended"}`, { at })}</Text>;
}
