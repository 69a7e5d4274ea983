/** Owns allowing desktop notifications: the browser is asked only when the agent asks for it, and its answer is shown. */
import { Switch } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { canNotify } from "../live/attention";

export function NotificationSwitch({ onChange }: { onChange?(): void }) {
  const { t } = useTranslation();
  const [permission, setPermission] = useState(canNotify);
  if (permission === "unsupported") return null;
  const ask = () =>
    void Notification.requestPermission().then(() => {
      setPermission(canNotify());
      onChange?.();
    });
  return (
    <Switch
      label={t("account.notifications")}
      description={permission === "denied" ? t("account.notifications_blocked") : undefined}
      checked={permission === "granted"}
      disabled={permission !== "default"}
      onChange={ask}
    />
  );
}
