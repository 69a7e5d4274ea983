/** Owns the texts of a canned reply: one a language, the variables that can be inserted, and how it will look. */
import { Button, Group, Menu, ScrollArea, Stack, Tabs, Text, Textarea } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Preview } from "../../chats/canned/CannedPicker";
import { VARIABLES } from "../../chats/canned/expand";
import { Dot } from "../../ui/Dot";
import type { Editor } from "../../ui/editor";
import { Section } from "../../ui/form";
import { isRightToLeft, LANGUAGES, languageName } from "../languages";
import type { CannedForm } from "./model";

export function CannedTexts({ editor }: { editor: Editor<CannedForm> }) {
  const { t, i18n } = useTranslation();
  const { form } = editor;
  const { texts } = form.values;
  const tags = Object.keys(texts);
  const [wanted, setWanted] = useState("");
  const shown = tags.includes(wanted) ? wanted : (tags[0] ?? "");
  const name = (tag: string) => languageName(tag, i18n.language);
  const add = (tag: string) => {
    form.setFieldValue("texts", { ...texts, [tag]: "" });
    setWanted(tag);
  };
  const remove = () => {
    const { [shown]: _, ...rest } = texts;
    form.setFieldValue("texts", rest);
  };
  return (
    <Section title={t("canned.texts")} text={t("canned.texts_text")}>
      <Group justify="space-between" gap={8}>
        <Tabs value={shown} onChange={(tag) => tag && setWanted(tag)} variant="pills">
          <Tabs.List aria-label={t("canned.column.languages")}>
            {tags.map((tag) => (
              <Tabs.Tab
                key={tag}
                value={tag}
                py={6}
                rightSection={form.errors[`texts.${tag}`] && <Dot tone="alarm" />}
              >
                {name(tag)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <AddLanguage used={tags} onAdd={add} />
      </Group>
      {shown && <Body key={shown} tag={shown} editor={editor} />}
      {tags.length > 1 && (
        <Group justify="flex-end">
          <Button variant="default" size="xs" onClick={remove}>
            {t("canned.remove_language", { language: name(shown) })}
          </Button>
        </Group>
      )}
    </Section>
  );
}

function AddLanguage({ used, onAdd }: { used: string[]; onAdd(tag: string): void }) {
  const { t, i18n } = useTranslation();
  const free = LANGUAGES.filter((tag) => !used.includes(tag));
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<IconPlus size={14} />}>
          {t("canned.language")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={280}>
          {free.map((tag) => (
            <Menu.Item key={tag} onClick={() => onAdd(tag)}>
              {languageName(tag, i18n.language)}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}

function Body({ tag, editor }: { tag: string; editor: Editor<CannedForm> }) {
  const { t, i18n } = useTranslation();
  const { form } = editor;
  const field = useRef<HTMLTextAreaElement>(null);
  const text = form.values.texts[tag] ?? "";
  const set = (value: string) => form.setFieldValue("texts", { ...form.values.texts, [tag]: value });
  const insert = (variable: string) => {
    const at = field.current?.selectionStart ?? text.length;
    const to = field.current?.selectionEnd ?? at;
    set(`${text.slice(0, at)}{{${variable}}}${text.slice(to)}`);
    field.current?.focus();
  };
  return (
    <Stack gap={8}>
      <Textarea
        ref={field}
        label={t("canned.body", { language: languageName(tag, i18n.language) })}
        withAsterisk
        autosize
        minRows={4}
        maxRows={16}
        dir={isRightToLeft(tag) ? "rtl" : "ltr"}
        lang={tag}
        value={text}
        error={form.errors[`texts.${tag}`]}
        onChange={(event) => set(event.currentTarget.value)}
      />
      <Group gap={4}>
        <Text size="xs" c="dimmed">
          {t("canned.variables")}
        </Text>
        {VARIABLES.map((variable) => (
          <Button key={variable} size="compact-xs" variant="default" onClick={() => insert(variable)}>
            {variable}
          </Button>
        ))}
      </Group>
      <Text size="xs" c="dimmed">
        {t("canned.variables_text")}
      </Text>
      {text !== "" && <Preview text={text} />}
    </Stack>
  );
}
