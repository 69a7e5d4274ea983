/** Owns what all agents share: reasons for being away, when a wait is shown in amber and red, whether everyone uses a second step. */
import { ActionIcon, Button, Group, NumberInput, Stack, Switch, Text, TextInput } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Workspace } from "../../../api/rest";
import { request } from "../../api/http";
import { useWorkspace, workspaceKeys } from "../../api/workspace";
import { changes } from "../../ui/changes";
import { checkRange, compact } from "../../ui/check";
import { type Editor, useEditor } from "../../ui/editor";
import { EditForm, Section, SettingRow } from "../../ui/form";
import { PageHead } from "../../ui/PageHead";
import { Loaded } from "../../ui/states";
import classes from "../Admin.module.css";

const REASONS_MAX = 20;
const REASON_LENGTH_MAX = 40;
const WAIT_S = { min: 1, max: 86_400 };

export function WorkspacePage() {
  const workspace = useWorkspace();
  return <Loaded query={workspace}>{(data) => <EditWorkspace workspace={data} />}</Loaded>;
}

function EditWorkspace({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const editor = useEditor<Workspace, Workspace>({
    initial: workspace,
    validate: (values) => check(values, t),
    save: (values, stored) => request("PATCH", "/workspace", changes(stored, values)),
    saved: (saved) => queryClient.setQueryData(workspaceKeys.workspace, saved),
  });
  const { form } = editor;
  return (
    <div className={classes.inner} data-narrow>
      <PageHead title={t("workspace.title")} text={t("workspace.text")} />
      <EditForm editor={editor}>
        <Reasons editor={editor} />
        <Section title={t("workspace.waiting")} flush>
          {(["amber", "red"] as const).map((tone) => (
            <SettingRow
              key={tone}
              id={`wait-${tone}`}
              label={t(`workspace.${tone}`)}
              text={t(`workspace.${tone}_text`)}
            >
              <NumberInput
                id={`wait-${tone}`}
                aria-describedby={`wait-${tone}-text`}
                suffix=" s"
                allowDecimal={false}
                {...WAIT_S}
                {...form.getInputProps(`wait_${tone}_s`)}
              />
            </SettingRow>
          ))}
        </Section>
        <Section title={t("workspace.sign_in")}>
          <Switch
            label={t("workspace.second_step")}
            description={t("workspace.second_step_text")}
            {...form.getInputProps("second_step_required", { type: "checkbox" })}
          />
        </Section>
      </EditForm>
    </div>
  );
}

function Reasons({ editor }: { editor: Editor<Workspace> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const reasons = form.values.away_reasons;
  const set = (changed: string[]) => form.setFieldValue("away_reasons", changed);
  const move = (index: number, by: 1 | -1) => {
    const changed = [...reasons];
    const [taken] = changed.splice(index, 1);
    if (taken !== undefined) changed.splice(index + by, 0, taken);
    set(changed);
  };
  return (
    <Section title={t("workspace.reasons")} text={t("workspace.reasons_text")}>
      <Stack gap={8}>
        {reasons.length === 0 && <Text c="dimmed">{t("workspace.no_reasons")}</Text>}
        {reasons.map((reason, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a reason is its place while it is being written
          <Group key={index} gap={4} wrap="nowrap" align="flex-start">
            <TextInput
              flex={1}
              aria-label={t("workspace.reason", { n: index + 1 })}
              maxLength={REASON_LENGTH_MAX}
              value={reason}
              error={form.errors[`away_reasons.${index}`]}
              onChange={(event) =>
                set(reasons.map((held, at) => (at === index ? event.currentTarget.value : held)))
              }
            />
            <ActionIcon
              size={36}
              aria-label={t("action.move_up")}
              disabled={index === 0}
              onClick={() => move(index, -1)}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon
              size={36}
              aria-label={t("action.move_down")}
              disabled={index === reasons.length - 1}
              onClick={() => move(index, 1)}
            >
              <IconArrowDown size={16} />
            </ActionIcon>
            <ActionIcon
              size={36}
              aria-label={t("action.remove")}
              onClick={() => set(reasons.filter((_, at) => at !== index))}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={14} />}
            disabled={reasons.length >= REASONS_MAX}
            onClick={() => set([...reasons, ""])}
          >
            {t("workspace.add_reason")}
          </Button>
        </Group>
      </Stack>
    </Section>
  );
}

function check(values: Workspace, t: TFunction): Record<string, string> {
  const known = values.away_reasons.map((reason) => reason.trim().toLowerCase());
  const reasons = known.map((reason, index): [string, string | null] => [
    `away_reasons.${index}`,
    reason === ""
      ? t("workspace.reason_bad")
      : known.indexOf(reason) < index
        ? t("workspace.reason_twice")
        : null,
  ]);
  return compact({
    ...Object.fromEntries(reasons),
    wait_amber_s: checkRange(values.wait_amber_s, WAIT_S, t),
    wait_red_s:
      checkRange(values.wait_red_s, WAIT_S, t) ??
      (values.wait_red_s < values.wait_amber_s ? t("workspace.red_less") : null),
  });
}
