/** Owns the question which part of a picture is kept: a frame over it, moved and pulled with the mouse, a finger or the arrow keys. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type PercentCrop, ReactCrop } from "react-image-crop";
import "react-image-crop/dist/ReactCrop.css";
import classes from "./Preview.module.css";
import { partOf } from "./part";

const ALL: PercentCrop = { unit: "%", x: 0, y: 0, width: 100, height: 100 };

interface PartProps {
  file: File;
  /** The part, as the server reads it; null for all of it. */
  onTake(part: string | null): void;
  onClose(): void;
}

type PartDialogProps = Omit<PartProps, "file"> & { file: File | null; opened: boolean };

/** Whoever opens it says where the focus goes: what had it before may be out of use while the picture is sent. */
export function PartDialog({ file, opened, onTake, onClose }: PartDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("preview.picture.part_title")}
      size="auto"
      returnFocus={false}
    >
      {file && <Part file={file} onTake={onTake} onClose={onClose} />}
    </Modal>
  );
}

function Part({ file, onTake, onClose }: PartProps) {
  const { t } = useTranslation();
  const [frame, setFrame] = useState(ALL);
  const [url, setUrl] = useState("");
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  const part = partOf(frame, size);
  const kept = part ?? { left: 0, top: 0, ...size };
  return (
    <Stack gap="sm">
      <Text c="dimmed">{t("preview.picture.part_text")}</Text>
      <ReactCrop
        crop={frame}
        onChange={(_, moved) => setFrame(moved)}
        keepSelection
        minWidth={8}
        minHeight={8}
        className={classes.part}
      >
        {url && (
          <img
            src={url}
            alt={t("preview.picture.part_alt")}
            onLoad={({ currentTarget: { naturalWidth: width, naturalHeight: height } }) =>
              setSize({ width, height })
            }
            // What cannot be shown here the server looks at, and says what is wrong.
            onError={() => onTake(null)}
          />
        )}
      </ReactCrop>
      <Text c="dimmed" role="status">
        {size.width > 0 && t("preview.picture.part_size", { width: kept.width, height: kept.height })}
      </Text>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t("action.cancel")}
        </Button>
        <Button
          disabled={size.width === 0}
          onClick={() => onTake(part && `${part.left},${part.top},${part.width},${part.height}`)}
        >
          {t(part ? "preview.picture.part_take" : "preview.picture.part_all")}
        </Button>
      </Group>
    </Stack>
  );
}
