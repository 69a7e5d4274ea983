/** Owns the account menu: appearance, sounds, notifications, the way to the dialogs, signing out. */
import {
  Avatar,
  Button,
  Divider,
  Popover,
  SegmentedControl,
  Stack,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import {
  IconAdjustments,
  IconKeyboard,
  IconLogout,
  IconPinned,
  IconSlash,
  IconStethoscope,
  IconUserCircle,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ComponentType, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { SessionUser } from "../../api/rest";
import { request } from "../api/http";
import { keys } from "../api/queries";
import { useMini } from "../mini/MiniProvider";
import { warned } from "../ui/notify";
import { useChatGroups } from "./Attention";
import { NotificationSwitch } from "./NotificationSwitch";
import { SoundFields } from "./SoundFields";

export type DialogName = "options" | "ready" | "sheet";

interface AccountMenuProps {
  user: SessionUser;
  onDialog(name: DialogName): void;
}

export function AccountMenu({ user, onDialog: show }: AccountMenuProps) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  const mini = useMini();
  const [, go] = useLocation();
  const [opened, setOpened] = useState(false);
  const onPage = (path: string) => {
    setOpened(false);
    go(path);
  };
  const target = useRef<HTMLButtonElement>(null);
  const onDialog = (name: DialogName) => {
    setOpened(false);
    target.current?.focus();
    show(name);
  };
  return (
    <Popover position="bottom-end" width={264} trapFocus returnFocus opened={opened} onChange={setOpened}>
      <Popover.Target>
        <UnstyledButton
          ref={target}
          aria-label={t("account.menu", { name: user.name })}
          onClick={() => setOpened(!opened)}
        >
          <Avatar name={user.name} size={30} radius="xl" color="accent" />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown p={4} aria-label={t("account.menu", { name: user.name })}>
        <Stack gap={0} px={12} py={8}>
          <Text fw={600} truncate>
            {user.name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {user.email} · {t(`role.${user.role}`)}
          </Text>
        </Stack>
        <Divider my={4} />
        <Stack gap={12} px={12} py={8}>
          <Appearance />
          <SoundFields />
          <NotificationSwitch />
        </Stack>
        <Divider my={4} />
        <Entry label={t("own.menu")} icon={IconUserCircle} onClick={() => onPage("/account")} />
        <Entry label={t("options.menu")} icon={IconAdjustments} onClick={() => onDialog("options")} />
        <Entry label={t("canned.menu")} icon={IconSlash} onClick={() => onPage("/canned-replies")} />
        <Entry label={t("ready.menu")} icon={IconStethoscope} onClick={() => onDialog("ready")} />
        <Entry label={t("keys.menu")} icon={IconKeyboard} onClick={() => onDialog("sheet")} />
        {mini.supported && <Entry label={t("mini.pin")} icon={IconPinned} onClick={mini.pin} />}
        <Divider my={4} />
        <Entry label={t("account.sign_out")} icon={IconLogout} onClick={signOut} />
      </Popover.Dropdown>
    </Popover>
  );
}

interface EntryProps {
  label: string;
  icon: ComponentType<{ size?: number }>;
  onClick(): void;
}

function Entry({ label, icon: Icon, onClick }: EntryProps) {
  return (
    <Button
      variant="subtle"
      color="gray"
      fullWidth
      justify="flex-start"
      leftSection={<Icon size={16} />}
      onClick={onClick}
    >
      {label}
    </Button>
  );
}

function Appearance() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4} id="appearance">
        {t("account.theme")}
      </Text>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-labelledby="appearance"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as "light" | "dark" | "auto")}
        data={[
          { value: "light", label: t("account.light") },
          { value: "dark", label: t("account.dark") },
          { value: "auto", label: t("account.auto") },
        ]}
      />
    </div>
  );
}

function useSignOut(): () => void {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { mine } = useChatGroups();
  const leave = useMutation({
    mutationFn: () => request<void>("DELETE", "/session"),
    onSuccess: () => queryClient.setQueryData(keys.session, null),
    onError: (error) => warned(error.message),
  });
  return () => {
    if (mine.length === 0) {
      leave.mutate();
      return;
    }
    openConfirmModal({
      title: t("account.sign_out_title"),
      children: <Text>{t("account.sign_out_text", { count: mine.length })}</Text>,
      labels: { confirm: t("account.sign_out"), cancel: t("action.cancel") },
      confirmProps: { color: "red" },
      onConfirm: () => leave.mutate(),
    });
  };
}
