/** Owns the menu of rare actions in the head of an editor. */
import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconTrash } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useDelete } from "./confirm";

interface DeleteMenuProps {
  path: string;
  name: string;
  done(): void;
  /** It is in the versions of its site, from where it can be brought back. */
  restorable?: boolean;
  children?: ReactNode;
}

export function DeleteMenu({ path, name, done, restorable, children }: DeleteMenuProps) {
  const { t } = useTranslation();
  const { ask, pending } = useDelete({ path, name, done, restorable });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} loading={pending} aria-label={t("action.more")}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {children}
        <Menu.Item c="var(--alarm)" leftSection={<IconTrash size={16} />} onClick={ask}>
          {t("action.delete")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
