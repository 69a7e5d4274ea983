/** Owns in which language the texts of a queue's forms are edited, and which languages they have. */
import { Button, Group, Menu, ScrollArea, Tabs } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { FormField, QueueBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { LANGUAGES, languageName } from "../languages";

export interface FormLanguage {
  tag: string;
  tags: string[];
  choose(tag: string): void;
}

/** English is always there: it is what visitors of other languages get. */
export function useFormLanguage(editor: Editor<QueueBody>): FormLanguage {
  const [added, setAdded] = useState<string[]>([]);
  const [wanted, setWanted] = useState("en");
  const { plan } = editor.form.values;
  const fields = [...plan.form_reactive, ...plan.form_invite, ...plan.enquiry.form];
  const used = [
    ...fields.flatMap((field) => Object.keys(field.label)),
    ...messagesOf(plan).flatMap(({ texts }) => Object.keys(texts)),
  ];
  const tags = [...new Set(["en", ...used, ...added])];
  const choose = (tag: string) => {
    setAdded((before) => [...before, tag]);
    setWanted(tag);
  };
  return { tag: tags.includes(wanted) ? wanted : "en", tags, choose };
}

export function LanguageBar({ editor, language }: { editor: Editor<QueueBody>; language: FormLanguage }) {
  const { t } = useTranslation();
  const { tag, tags, choose } = language;
  const remove = () => {
    for (const path of ["form_reactive", "form_invite"] as const) {
      editor.form.setFieldValue(
        `plan.${path}`,
        editor.form.values.plan[path].map((field) => without(field, tag)),
      );
    }
    const { form } = editor.form.values.plan.enquiry;
    editor.form.setFieldValue(
      "plan.enquiry.form",
      form.map((field) => without(field, tag)),
    );
    for (const { path, texts } of messagesOf(editor.form.values.plan)) {
      const { [tag]: _, ...others } = texts;
      editor.form.setFieldValue(`${path}.texts`, others as never);
    }
    choose("en");
  };
  return (
    <LanguagePills
      tag={tag}
      tags={tags}
      label={t("queues.form.language")}
      onChoose={choose}
      {...(tag === "en" ? {} : { onRemove: remove })}
    />
  );
}

interface LanguagePillsProps {
  tag: string;
  tags: string[];
  /** What the tag `*` is called, where there is one: the texts for every language without its own. */
  all?: string;
  label: string;
  onChoose(tag: string): void;
  onRemove?(): void;
}

export function LanguagePills({ tag, tags, all, label, onChoose, onRemove }: LanguagePillsProps) {
  const { t, i18n } = useTranslation();
  const name = (one: string) => (one === "*" && all ? all : languageName(one, i18n.language));
  const free = LANGUAGES.filter((one) => !tags.includes(one));
  return (
    <Group justify="space-between" gap={8} mb="md">
      <Tabs value={tag} onChange={(one) => one !== null && onChoose(one)} variant="pills">
        <Tabs.List aria-label={label}>
          {tags.map((one) => (
            <Tabs.Tab key={one} value={one} py={6}>
              {name(one)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      <Group gap={8}>
        {onRemove && (
          <Button variant="default" size="xs" onClick={onRemove}>
            {t("offers.remove_language", { language: name(tag) })}
          </Button>
        )}
        <Menu position="bottom-end" width={200}>
          <Menu.Target>
            <Button variant="default" size="xs" leftSection={<IconPlus size={14} />}>
              {t("offers.add_language")}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <ScrollArea.Autosize mah={280}>
              {free.map((one) => (
                <Menu.Item key={one} onClick={() => onChoose(one)}>
                  {name(one)}
                </Menu.Item>
              ))}
            </ScrollArea.Autosize>
          </Menu.Dropdown>
        </Menu>
      </Group>
    </Group>
  );
}

/** The texts instead of a chat that have languages of their own. */
function messagesOf({ alternatives, routing }: QueueBody["plan"]) {
  const all = [
    ...(["out_of_hours", "channel_off", "no_agent"] as const).map((reason) => ({
      path: `plan.alternatives.${reason}`,
      what: alternatives[reason],
    })),
    { path: "plan.routing.dequeue", what: routing.dequeue },
  ];
  return all.flatMap(({ path, what }) => (what.do === "message" ? [{ path, texts: what.texts }] : []));
}

function without(field: FormField, tag: string): FormField {
  const { [tag]: _label, ...label } = field.label;
  const { [tag]: _help, ...help } = field.help;
  const { [tag]: _choices, ...choice_labels } = field.choice_labels ?? {};
  return { ...field, label, help, choice_labels };
}
