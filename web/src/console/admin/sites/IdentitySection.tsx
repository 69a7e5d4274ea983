/** Owns the identity secret of a site: making, replacing and removing it, and how the site's server signs with it. */
import { Alert, Button, Group, SegmentedControl, Select, Text } from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { IconKey } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { IdentitySecret, NewIdentitySecret, Site } from "../../../api/rest";
import { request } from "../../api/http";
import { CodeBlock } from "../../ui/CodeBlock";
import { Section } from "../../ui/form";
import { fullTime } from "../../ui/format";
import { told, warned } from "../../ui/notify";
import { Loaded } from "../../ui/states";
import { identifyCode, type SigningLanguage, signing_languages, signingCode } from "./signing";

const before_hours = ["24", "168", "1", "0"] as const;

export function IdentitySection({ site }: { site: Site }) {
  const { t } = useTranslation();
  const secret = useQuery({
    queryKey: ["identity-secret", site.id],
    queryFn: ({ signal }) =>
      request<IdentitySecret>("GET", `/sites/${site.id}/identity-secret`, undefined, signal),
  });
  return (
    <Section title={t("sites.secret.title")} text={t("sites.secret.text")}>
      <Loaded query={secret}>{(known) => <Secret site={site} known={known} />}</Loaded>
    </Section>
  );
}

function Secret({ site, known }: { site: Site; known: IdentitySecret }) {
  const { t, i18n } = useTranslation();
  const queryClient = useQueryClient();
  const path = `/sites/${site.id}/identity-secret`;
  const [hours, setHours] = useState<string>("24");
  const [made, setMade] = useState<string | null>(null);
  const changed = () => void queryClient.invalidateQueries({ queryKey: ["identity-secret", site.id] });
  const make = useMutation({
    mutationFn: () => request<NewIdentitySecret>("POST", path, { before_good_h: Number(hours) }),
    onSuccess: ({ secret }) => {
      setMade(secret);
      changed();
    },
    onError: (error) => warned(error.message),
  });
  const remove = useMutation({
    mutationFn: () => request<void>("DELETE", path),
    onSuccess: () => {
      setMade(null);
      told(t("sites.secret.removed"));
      changed();
    },
    onError: (error) => warned(error.message),
  });
  const ask = (title: string, text: string, confirm: string, act: () => void) =>
    openConfirmModal({
      title,
      children: <Text>{text}</Text>,
      labels: { confirm, cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: act,
    });
  const has = known.made_at !== null;
  const replace = () =>
    ask(
      t("sites.secret.replace_title"),
      t("sites.secret.replace_text"),
      t("sites.secret.replace"),
      make.mutate,
    );
  return (
    <>
      {made && (
        <Alert color="accent" icon={<IconKey />} title={t("sites.secret.shown_once")} role="status">
          <CodeBlock code={made} label={t("sites.secret.copy")} />
        </Alert>
      )}
      <Text>
        {known.made_at === null
          ? t("sites.secret.none")
          : t("sites.secret.made", { at: fullTime(known.made_at, i18n.language) })}
        {known.before_good_until !== null &&
          ` ${t("sites.secret.before_good", { at: fullTime(known.before_good_until, i18n.language) })}`}
      </Text>
      <Group align="end">
        {has && (
          <Select
            label={t("sites.secret.before")}
            data={before_hours.map((value) => ({ value, label: t(`sites.secret.before_for.${value}`) }))}
            value={hours}
            onChange={(value) => setHours(value ?? "24")}
            allowDeselect={false}
          />
        )}
        <Button variant="default" loading={make.isPending} onClick={has ? replace : () => make.mutate()}>
          {has ? t("sites.secret.replace") : t("sites.secret.make")}
        </Button>
        {has && (
          <Button
            variant="subtle"
            color="red"
            loading={remove.isPending}
            onClick={() =>
              ask(
                t("sites.secret.remove_title"),
                t("sites.secret.remove_text"),
                t("sites.secret.remove"),
                remove.mutate,
              )
            }
          >
            {t("sites.secret.remove")}
          </Button>
        )}
      </Group>
      <Example siteKey={site.key} />
    </>
  );
}

function Example({ siteKey }: { siteKey: string }) {
  const { t } = useTranslation();
  const [language, setLanguage] = useState<SigningLanguage>("node");
  return (
    <>
      <div>
        <strong id="signing-example">{t("sites.secret.example")}</strong>
        <Text c="dimmed">{t("sites.secret.example_text")}</Text>
      </div>
      <SegmentedControl
        aria-labelledby="signing-example"
        data={signing_languages.map((value) => ({ value, label: t(`sites.secret.language.${value}`) }))}
        value={language}
        onChange={(value) => setLanguage(value as SigningLanguage)}
        style={{ alignSelf: "start" }}
      />
      <CodeBlock code={signingCode(language, siteKey)} label={t("sites.secret.copy_example")} />
      <Text c="dimmed">{t("sites.secret.page_text")}</Text>
      <CodeBlock code={identifyCode} label={t("sites.secret.copy_example")} />
    </>
  );
}
