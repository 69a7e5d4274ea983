/** Owns what stands beside the place to write: a file to send, an emoji to insert. */
import { ActionIcon, Loader, Popover, Tooltip } from "@mantine/core";
import { IconMoodSmile, IconPaperclip } from "@tabler/icons-react";
import { lazy, Suspense, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

const EmojiPicker = lazy(() => import("./EmojiPicker"));

interface ComposerToolsProps {
  send(files: readonly File[]): void;
  insert(text: string): void;
}

export function ComposerTools({ send, insert }: ComposerToolsProps) {
  const { t } = useTranslation();
  const picker = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const choose = (text: string) => {
    setOpen(false);
    insert(text);
  };
  return (
    <>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        data-testid="file"
        onChange={({ currentTarget: at }) => {
          send(Array.from(at.files ?? []));
          at.value = "";
        }}
      />
      <Tooltip label={t("chats.composer.attach_hint")}>
        <ActionIcon size="lg" aria-label={t("chats.composer.attach")} onClick={() => picker.current?.click()}>
          <IconPaperclip size={20} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
      <Popover opened={open} onChange={setOpen} position="top-start" trapFocus returnFocus shadow="sm">
        <Popover.Target>
          <ActionIcon
            size="lg"
            aria-label={t("chats.composer.emoji")}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <IconMoodSmile size={20} stroke={1.6} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <Suspense fallback={<Loader size="sm" />}>
            <EmojiPicker choose={choose} />
          </Suspense>
        </Popover.Dropdown>
      </Popover>
    </>
  );
}
