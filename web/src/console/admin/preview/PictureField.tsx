/** Owns choosing a picture: sent to the server, which makes it anew, or by its address. */
import { Button, FileButton, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SitePicture } from "../../../api/rest";
import { ApiError, sendFile } from "../../api/http";
import { isAssetUrl } from "../../ui/check";
import { warned } from "../../ui/notify";
import { PartDialog } from "./PartDialog";
import classes from "./Preview.module.css";

const BYTES_MAX = 5 * 1024 * 1024;
const KINDS = "image/png,image/jpeg,image/gif,image/webp";

interface PictureFieldProps {
  site: string;
  use: "logo" | "image";
  label: string;
  value?: string | null;
  error?: React.ReactNode;
  onChange(url: string): void;
  onBlur?(event: React.FocusEvent<HTMLInputElement>): void;
}

export function PictureField({ site, use, label, value, error, onChange, onBlur }: PictureFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const [chosen, setChosen] = useState<File | null>(null);
  const [asking, setAsking] = useState(false);
  const address = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const send = useMutation({
    mutationFn: ({ file, part }: { file: File; part: string | null }) =>
      sendFile<SitePicture>(`/sites/${site}/pictures?use=${use}${part ? `&part=${part}` : ""}`, file),
    onSuccess: ({ url }) => onChange(url),
    onError: (failure) =>
      warned(t("preview.picture.failed", { detail: failure instanceof ApiError ? failure.message : "" })),
  });
  const reset = useRef<() => void>(null);
  const take = (file: File | null) => {
    // So that the same file can be chosen once more.
    reset.current?.();
    if (!file) return;
    if (file.size > BYTES_MAX) return warned(t("preview.picture.too_large"));
    setChosen(file);
    setAsking(true);
  };
  const answered = (focused: HTMLElement | null) => {
    setAsking(false);
    focused?.focus();
  };
  return (
    <TextInput
      id={id}
      ref={address}
      label={label}
      description={t("preview.picture.help")}
      inputWrapperOrder={["label", "input", "description", "error"]}
      placeholder="https://"
      value={value ?? ""}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      {...(onBlur ? { onBlur } : {})}
      inputContainer={(input) => (
        <div className={classes.picture}>
          {value && isAssetUrl(value) && <img src={value} alt={t("preview.picture.shown")} />}
          <div style={{ flex: 1 }}>{input}</div>
          <FileButton resetRef={reset} accept={KINDS} onChange={take}>
            {(props) => (
              <Button
                {...props}
                ref={button}
                variant="default"
                loading={send.isPending}
                aria-label={`${label}: ${t("preview.picture.upload")}`}
              >
                {t("preview.picture.upload")}
              </Button>
            )}
          </FileButton>
          <PartDialog
            file={chosen}
            opened={asking}
            onTake={(part) => {
              if (chosen) send.mutate({ file: chosen, part });
              answered(address.current);
            }}
            onClose={() => answered(button.current)}
          />
        </div>
      )}
    />
  );
}
