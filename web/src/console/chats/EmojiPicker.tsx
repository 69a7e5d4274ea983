/** Owns the choice of an emoji: by group, or found by a word. */
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findEmoji } from "./emoji";
import classes from "./Files.module.css";

export default function EmojiPicker({ choose }: { choose(text: string): void }) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const found = findEmoji(wanted);
  const first = found[0]?.[1][0];
  return (
    <div className={classes.emoji}>
      <TextInput
        size="xs"
        data-autofocus
        aria-label={t("chats.composer.emoji_search")}
        placeholder={t("chats.composer.emoji_search")}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !first) return;
          event.preventDefault();
          choose(first.text);
        }}
      />
      <div className={classes.emojiList}>
        {found.length === 0 && <p className={classes.none}>{t("chats.composer.emoji_none")}</p>}
        {found.map(([group, list]) => (
          <section key={group}>
            <h3>{t(`chats.composer.emoji_group.${group}`)}</h3>
            <div className={classes.emojiGrid}>
              {list.map(({ text, words }) => (
                <button
                  key={text}
                  type="button"
                  title={words}
                  aria-label={words}
                  onClick={() => choose(text)}
                >
                  {text}
                </button>
              ))}
            </div>
          </section>
        ))}
      </div>
    </div>
  );
}
