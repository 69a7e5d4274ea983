/** Owns the texts of an offer: one tab a language, adding and removing languages, the default one. */
import { Button, Group, Menu, ScrollArea, Select, Tabs, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { OfferBody } from "../../../api/rest";
import { Dot } from "../../ui/Dot";
import { type Editor, errorBelow } from "../../ui/editor";
import { Section, Two } from "../../ui/form";
import { isRightToLeft, LANGUAGES, languageName } from "../languages";

interface TextFieldsProps {
  editor: Editor<OfferBody>;
  language: string;
  onLanguage(tag: string): void;
}

export function TextFields({ editor, language, onLanguage }: TextFieldsProps) {
  const { t, i18n } = useTranslation();
  const { form } = editor;
  const { design } = form.values;
  const tags = Object.keys(design.texts);
  const shown = tags.includes(language) ? language : (tags[0] ?? "");
  const name = (tag: string) => languageName(tag, i18n.language);
  const remove = () => {
    const { [shown]: _, ...texts } = design.texts;
    form.setFieldValue("design", { ...design, texts });
    onLanguage(design.default_language);
  };
  return (
    <Section title={t("offers.texts")} text={t("offers.texts_text")}>
      <Group justify="space-between" align="center" gap={8}>
        <Tabs value={shown} onChange={(tag) => tag && onLanguage(tag)} variant="pills">
          <Tabs.List aria-label={t("offers.languages")}>
            {tags.map((tag) => (
              <Tabs.Tab
                key={tag}
                value={tag}
                py={6}
                rightSection={errorBelow(form, `design.texts.${tag}`) && <Dot tone="alarm" />}
              >
                {tag === design.default_language && tags.length > 1
                  ? `${name(tag)} (${t("offers.is_default")})`
                  : name(tag)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <AddLanguage editor={editor} onLanguage={onLanguage} />
      </Group>
      {design.texts[shown] && <LanguageFields key={shown} editor={editor} tag={shown} />}
      {tags.length > 1 && (
        <Group justify="space-between" align="end">
          <Select
            label={t("offers.default_language")}
            allowDeselect={false}
            data={tags.map((tag) => ({ value: tag, label: name(tag) }))}
            {...form.getInputProps("design.default_language")}
          />
          {shown !== design.default_language && (
            <Button variant="default" onClick={remove}>
              {t("offers.remove_language", { language: name(shown) })}
            </Button>
          )}
        </Group>
      )}
    </Section>
  );
}

function LanguageFields({ editor, tag }: { editor: Editor<OfferBody>; tag: string }) {
  const { t } = useTranslation();
  const { form } = editor;
  const path = `design.texts.${tag}`;
  const dir = isRightToLeft(tag) ? "rtl" : "ltr";
  const text = { dir, lang: tag };
  return (
    <>
      <TextInput
        label={t("offers.title_field")}
        withAsterisk
        maxLength={80}
        {...text}
        {...form.getInputProps(`${path}.title`)}
      />
      <Textarea
        label={t("offers.body")}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={400}
        {...text}
        {...form.getInputProps(`${path}.body`)}
      />
      <Two>
        <TextInput
          label={t("offers.accept_label")}
          withAsterisk
          maxLength={30}
          {...text}
          {...form.getInputProps(`${path}.accept_label`)}
        />
        <TextInput
          label={t("offers.reject_label")}
          withAsterisk
          maxLength={30}
          {...text}
          {...form.getInputProps(`${path}.reject_label`)}
        />
      </Two>
    </>
  );
}

function AddLanguage({ editor, onLanguage }: { editor: Editor<OfferBody>; onLanguage(tag: string): void }) {
  const { t, i18n } = useTranslation();
  const { form } = editor;
  const { design } = form.values;
  const add = (tag: string) => {
    const empty = { title: "", body: "", accept_label: "", reject_label: "" };
    form.setFieldValue("design", { ...design, texts: { ...design.texts, [tag]: empty } });
    onLanguage(tag);
  };
  const free = LANGUAGES.filter((tag) => !(tag in design.texts));
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />}>
          {t("offers.add_language")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={280}>
          {free.map((tag) => (
            <Menu.Item key={tag} onClick={() => add(tag)}>
              {languageName(tag, i18n.language)}
            </Menu.Item>
          ))}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
}
