/** Owns what is shown for an address that leads nowhere. */
import { Anchor } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Empty } from "../ui/states";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty
      whole
      icon={IconMapOff}
      title={t("nav.not_found")}
      action={
        <Anchor component={Link} href="/chats">
          {t("nav.home")}
        </Anchor>
      }
    />
  );
}
