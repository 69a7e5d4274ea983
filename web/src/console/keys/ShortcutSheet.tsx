/** Owns the sheet of all shortcuts. */
import { Kbd, Modal, Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Keys.module.css";
import { GROUPS, keysOf, SHORTCUTS } from "./shortcuts";
import { questionMarkOn, setQuestionMark } from "./useShortcut";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

export function ShortcutSheet({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const [question, setQuestion] = useState(questionMarkOn);
  return (
    <Modal opened={opened} onClose={onClose} title={t("keys.title")} size="lg">
      <div className={classes.groups}>
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(`keys.group.${group}`)}</h3>
            <dl className={classes.keys}>
              {SHORTCUTS.filter((shortcut) => shortcut.group === group).map(({ id }) => (
                <div key={id}>
                  <dt>{t(`keys.${id}`)}</dt>
                  <dd>
                    {keysOf(id, MAC).map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
              {group === "chat" && <Written />}
            </dl>
          </section>
        ))}
      </div>
      <Switch
        mt="md"
        label={t("keys.question_mark")}
        checked={question}
        onChange={(event) => {
          setQuestionMark(event.currentTarget.checked);
          setQuestion(event.currentTarget.checked);
        }}
      />
    </Modal>
  );
}

/** Keys that belong to the text field itself. */
function Written() {
  const { t } = useTranslation();
  const own: [string, string[]][] = [
    [t("keys.send"), ["Enter"]],
    [t("keys.new_line"), ["Shift", "Enter"]],
    [t("keys.slash"), ["/"]],
  ];
  return own.map(([label, keys]) => (
    <div key={label}>
      <dt>{label}</dt>
      <dd>
        {keys.map((key) => (
          <Kbd key={key}>{key}</Kbd>
        ))}
      </dd>
    </div>
  ));
}
