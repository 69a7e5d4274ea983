/** Owns setting up the second step of signing in: the secret for the app, a first code, and the recovery codes. */
import { Alert, Button, CopyButton, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecoveryCodes, SecondStepSecret } from "../../api/rest";
import { request } from "../api/http";
import { CodeBlock } from "../ui/CodeBlock";
import { Qr } from "../ui/Qr";
import { LoadError, LoadingRows } from "../ui/states";
import classes from "./Account.module.css";
import { useCodeError } from "./code";

interface SetUpProps {
  done(): void;
  cancel?: () => void;
}

export function SecondStepSetUp({ done, cancel }: SetUpProps) {
  const { mutate: begin, ...secret } = useMutation({
    mutationFn: () => request<SecondStepSecret>("POST", "/me/second-step"),
  });
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  useEffect(() => begin(), [begin]);
  if (codes) return <Recovery codes={codes} done={done} />;
  if (secret.isError) return <LoadError error={secret.error} retry={() => begin()} />;
  if (!secret.data) return <LoadingRows rows={3} />;
  return <Confirm secret={secret.data} cancel={cancel} confirmed={setCodes} />;
}

interface ConfirmProps {
  secret: SecondStepSecret;
  cancel: (() => void) | undefined;
  confirmed(codes: readonly string[]): void;
}

function Confirm({ secret, cancel, confirmed }: ConfirmProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => request<RecoveryCodes>("PUT", "/me/second-step", { code }),
    onSuccess: ({ codes }) => confirmed(codes),
  });
  const error = useCodeError(confirm.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <div className={classes.app}>
          <Qr text={secret.address} label={t("own.second_step.qr")} />
          <div>
            <Text>{t("own.second_step.scan")}</Text>
            <Text mt="sm" mb={4} c="dimmed">
              {t("own.second_step.type_in")}
            </Text>
            <CodeBlock code={inGroups(secret.secret)} label={t("own.second_step.copy_secret")} />
          </div>
        </div>
        <TextInput
          label={t("own.second_step.first_code")}
          description={t("own.second_step.first_code_help")}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={10}
          required
          withAsterisk={false}
          maw={360}
          value={code}
          error={error}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group gap="xs">
          <Button type="submit" loading={confirm.isPending}>
            {t("own.second_step.turn_on")}
          </Button>
          {cancel && (
            <Button variant="default" onClick={cancel}>
              {t("action.cancel")}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** The codes are shown once: whoever goes on says that they have them. */
export function Recovery({ codes, done }: { codes: readonly string[]; done(): void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <Alert color="accent" role="status" title={t("own.second_step.codes_title")}>
        {t("own.second_step.codes_text")}
      </Alert>
      <ul className={classes.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap="xs">
        <Button onClick={done}>{t("own.second_step.codes_kept")}</Button>
        <CopyButton value={codes.join("\n")}>
          {({ copied, copy }) => (
            <Button variant="default" onClick={copy}>
              {t(copied ? "action.copied" : "own.second_step.copy_codes")}
            </Button>
          )}
        </CopyButton>
      </Group>
    </Stack>
  );
}

function inGroups(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(" ") ?? secret;
}
