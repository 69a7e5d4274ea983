/** Owns the way to the mini window: a button, or the plain word that this browser has none. */
import { Button, Text } from "@mantine/core";
import { IconPinned } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useMini } from "./MiniProvider";

export function PinButton() {
  const { t } = useTranslation();
  const { supported, open, pin } = useMini();
  if (!supported) return <Text size="sm">{t("mini.unsupported")}</Text>;
  return (
    <>
      <span>{t("mini.text")}</span>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPinned size={14} />}
        disabled={open}
        onClick={pin}
      >
        {open ? t("mini.open") : t("mini.pin")}
      </Button>
    </>
  );
}
