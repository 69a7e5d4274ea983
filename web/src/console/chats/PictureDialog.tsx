/** Owns a picture of the log shown large, fitted to the window, and the way to save it. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MessageFile } from "../../api/wire";
import { OVER_DIALOG } from "../ui/over";
import classes from "./Files.module.css";

/** A file that is a picture, whose size is known. */
export type Picture = MessageFile & Required<Pick<MessageFile, "picture">>;

/** What a dialog has room for beside the picture: its title, the link, and what stands between. */
const ROOM = "(90dvh - 152px)";

interface PictureDialogProps {
  picture: Picture;
  opened: boolean;
  onClose(): void;
}

/** Stays when it is closed: the focus goes back to where it was. */
export function PictureDialog({ picture, opened, onClose }: PictureDialogProps) {
  const title = (
    <span className={classes.title} dir="auto">
      {picture.name}
    </span>
  );
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="auto" {...OVER_DIALOG}>
      <Large picture={picture} />
    </Modal>
  );
}

function Large({ picture }: { picture: Picture }) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState(false);
  const { name, url } = picture;
  const { width, height } = picture.picture;
  return (
    <Stack gap="sm">
      {broken ? (
        <Text role="alert">{t("chats.file.refused.broken")}</Text>
      ) : (
        <img
          className={classes.large}
          src={url}
          alt={t("chats.file.picture", { name })}
          style={{
            aspectRatio: `${width} / ${height}`,
            width: `min(${width}px, calc(${ROOM} * ${width / height}))`,
          }}
          onError={() => setBroken(true)}
        />
      )}
      <Group justify="flex-end">
        <Button
          component="a"
          href={url}
          target="_blank"
          rel="noopener noreferrer"
          download={name}
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          {t("chats.file.download")}
        </Button>
      </Group>
    </Stack>
  );
}
