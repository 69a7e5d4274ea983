/** Owns a list of skills with their levels, as a queue needs them or a person has them. */
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import classes from "./Admin.module.css";

const LEVELS = ["1", "2", "3", "4", "5"];
const SKILLS_MAX = 20;

interface SkillFieldsProps {
  form: Pick<
    UseFormReturnType<object>,
    "getInputProps" | "insertListItem" | "removeListItem" | "setFieldValue"
  >;
  path: string;
  /** What a skill is called in its row. */
  name: "name" | "skill";
  levels: readonly number[];
}

export function SkillFields({ form, path, name, levels }: SkillFieldsProps) {
  const { t } = useTranslation();
  return (
    <div>
      {levels.map((level, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a name may be empty or doubled while it is typed
        <div key={index} className={classes.skill}>
          <TextInput
            size="xs"
            aria-label={t("users.skill_name")}
            placeholder={t("users.skill_placeholder")}
            maxLength={40}
            {...form.getInputProps(`${path}.${index}.${name}`)}
          />
          <Select
            size="xs"
            w={150}
            aria-label={t("users.skill_level")}
            allowDeselect={false}
            data={LEVELS.map((value) => ({ value, label: t("users.level", { level: value }) }))}
            value={String(level)}
            onChange={(value) => form.setFieldValue(`${path}.${index}.level`, Number(value) as never)}
          />
          <ActionIcon
            size={30}
            onClick={() => form.removeListItem(path, index)}
            aria-label={t("users.skill_remove", { number: index + 1 })}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} />}
        disabled={levels.length >= SKILLS_MAX}
        onClick={() => form.insertListItem(path, { [name]: "", level: 1 })}
      >
        {t("users.skill_add")}
      </Button>
    </div>
  );
}
