/** Owns what is shown when the thing that an address names is not there. */
import { Anchor } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Empty } from "../ui/states";

export function Missing({ back }: { back: string }) {
  const { t } = useTranslation();
  return (
    <Empty
      whole
      icon={IconMapOff}
      title={t("error.not_found_title")}
      text={t("error.not_found_text")}
      action={
        <Anchor component={Link} href={back}>
          {t("action.back")}
        </Anchor>
      }
    />
  );
}
