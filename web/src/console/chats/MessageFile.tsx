/** Owns a file in the log: a picture as its thumbnail, which opens it large, anything else by name; and one that is on its way. */
import { Anchor, Progress } from "@mantine/core";
import { IconAlertCircle, IconFile } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MessageFile } from "../../api/wire";
import { useLive } from "../live/LiveProvider";
import type { Upload } from "../live/uploads";
import { bytesText } from "../ui/format";
import classes from "./Files.module.css";
import { type Picture, PictureDialog } from "./PictureDialog";

/** Longest side of a thumbnail in the log, pixels. */
const SIDE_MAX = 240;

export function FileLink({ file }: { file: MessageFile }) {
  const { i18n } = useTranslation();
  const { picture, thumb_url } = file;
  if (picture && thumb_url) return <PictureButton picture={{ ...file, picture }} thumb={thumb_url} />;
  return (
    <a
      className={classes.file}
      href={file.url}
      target="_blank"
      rel="noopener noreferrer"
      download={file.name}
    >
      <IconFile size={20} stroke={1.6} />
      <span className={classes.words}>
        <b dir="auto">{file.name}</b>
        <small>{bytesText(file.bytes, i18n.language)}</small>
      </span>
    </a>
  );
}

function PictureButton({ picture, thumb }: { picture: Picture; thumb: string }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const { name, picture: size } = picture;
  const scale = Math.min(1, SIDE_MAX / Math.max(size.width, size.height));
  return (
    <>
      <button
        type="button"
        className={classes.picture}
        title={name}
        aria-haspopup="dialog"
        onClick={({ currentTarget: button }) => {
          // Not every browser does so by itself, and the focus comes back to what has it now.
          button.focus();
          setOpened(true);
        }}
      >
        <img
          src={thumb}
          alt={t("chats.file.picture", { name })}
          width={Math.max(40, Math.round(size.width * scale))}
          height={Math.max(40, Math.round(size.height * scale))}
        />
      </button>
      <PictureDialog picture={picture} opened={opened} onClose={() => setOpened(false)} />
    </>
  );
}

export function UploadLine({ upload }: { upload: Upload }) {
  const { t, i18n } = useTranslation();
  const live = useLive();
  const { refused, name } = upload;
  return (
    <div className={classes.upload} data-refused={refused !== null} role={refused ? "alert" : undefined}>
      <div className={classes.card}>
        {upload.preview ? <img src={upload.preview} alt="" /> : <IconFile size={20} stroke={1.6} />}
        <span className={classes.words}>
          <b dir="auto">{name}</b>
          <small>{bytesText(upload.bytes, i18n.language)}</small>
        </span>
      </div>
      {refused === null && (
        <Progress size="xs" value={upload.sent * 100} aria-label={t("chats.file.sending", { name })} />
      )}
      <div className={classes.state}>
        {refused !== null && <IconAlertCircle size={16} />}
        <span>{refused === null ? t("chats.mark.sending") : t(`chats.file.refused.${refused}`)}</span>
        {refused === "lost" && <Action label={t("chats.mark.again")} run={() => live.retryFile(upload.id)} />}
        <Action
          label={t(refused === null ? "action.cancel" : "chats.mark.discard")}
          run={() => live.dropFile(upload.id)}
        />
      </div>
    </div>
  );
}

function Action({ label, run }: { label: string; run: () => void }) {
  return (
    <Anchor component="button" type="button" size="xs" onClick={run}>
      {label}
    </Anchor>
  );
}
