/** Owns the second step of signing in on the page of one's own account: whether it is on, and changing that. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RecoveryCodes, SecondStep } from "../../api/rest";
import { request } from "../api/http";
import { Section } from "../ui/form";
import { dateTime } from "../ui/format";
import { told } from "../ui/notify";
import { Loaded } from "../ui/states";
import { useCodeError } from "./code";
import { accountKeys, useSecondStep } from "./queries";
import { Recovery, SecondStepSetUp } from "./SecondStepSetUp";

export function SecondStepSection() {
  const { t } = useTranslation();
  const step = useSecondStep();
  return (
    <Section title={t("own.second_step.title")} text={t("own.second_step.text")}>
      <Loaded query={step}>{(data) => <State step={data} />}</Loaded>
    </Section>
  );
}

type Doing = "set_up" | "renew" | "turn_off" | null;

function State({ step }: { step: SecondStep }) {
  const { t, i18n } = useTranslation();
  const queryClient = useQueryClient();
  const [doing, setDoing] = useState<Doing>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const refresh = () => void queryClient.invalidateQueries({ queryKey: accountKeys.secondStep });
  const end = () => {
    setDoing(null);
    setCodes(null);
    refresh();
  };
  if (codes) return <Recovery codes={codes} done={end} />;
  if (doing === "set_up") return <SecondStepSetUp done={end} cancel={() => setDoing(null)} />;
  if (step.since === null) {
    return (
      <>
        <Text>{t("own.second_step.is_off")}</Text>
        <Button variant="default" onClick={() => setDoing("set_up")} style={{ alignSelf: "flex-start" }}>
          {t("own.second_step.set_up")}
        </Button>
      </>
    );
  }
  return (
    <>
      <Text>
        {t("own.second_step.is_on", { at: dateTime(step.since, i18n.language) })}{" "}
        {t("own.second_step.left", { count: step.recovery_codes })}
        {step.required && ` ${t("own.second_step.required")}`}
      </Text>
      <Group gap="xs">
        <Button variant="default" onClick={() => setDoing("renew")}>
          {t("own.second_step.renew")}
        </Button>
        {!step.required && (
          <Button variant="default" onClick={() => setDoing("turn_off")}>
            {t("own.second_step.turn_off")}
          </Button>
        )}
      </Group>
      <CodeDialog
        doing={doing}
        close={() => setDoing(null)}
        done={(made) => {
          if (made) setCodes(made);
          else {
            told(t("own.second_step.turned_off"));
            end();
          }
        }}
      />
    </>
  );
}

interface CodeDialogProps {
  doing: Doing;
  close(): void;
  done(codes: readonly string[] | null): void;
}

/** Asks for a code before something is changed. */
function CodeDialog({ doing, close, done }: CodeDialogProps) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const change = useMutation({
    mutationFn: async () => {
      if (doing === "turn_off") {
        await request<void>("POST", "/me/second-step/off", { code });
        return null;
      }
      return (await request<RecoveryCodes>("POST", "/me/second-step/recovery-codes", { code })).codes;
    },
    onSuccess: (codes) => {
      leave();
      done(codes);
    },
  });
  const leave = () => {
    setCode("");
    change.reset();
    close();
  };
  const error = useCodeError(change.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  const action = doing === "turn_off" ? "turn_off" : "renew";
  return (
    <Modal
      opened={doing === "turn_off" || doing === "renew"}
      onClose={leave}
      title={t(`own.second_step.${action}_title`)}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text>{t(`own.second_step.${action}_text`)}</Text>
          <TextInput
            data-autofocus
            label={t("sign_in.code")}
            description={t("sign_in.code_help")}
            autoComplete="one-time-code"
            maxLength={30}
            required
            withAsterisk={false}
            value={code}
            error={error}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={leave}>
              {t("action.cancel")}
            </Button>
            <Button
              type="submit"
              color={action === "turn_off" ? "red" : undefined}
              loading={change.isPending}
            >
              {t(`own.second_step.${action}`)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
