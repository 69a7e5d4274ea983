/** Owns the account menu: appearance, sounds, notifications, signing out. */
import {
  Avatar,
  Button,
  Divider,
  Popover,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  UnstyledButton,
  useMantineColorScheme,
} from "@mantine/core";
import { openConfirmModal } from "@mantine/modals";
import { IconLogout } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SessionUser } from "../../api/rest";
import { request } from "../api/http";
import { keys } from "../api/queries";
import { canNotify, setSound, soundOn } from "../live/attention";
import { warned } from "../ui/notify";
import { useChatGroups } from "./Attention";

export function AccountMenu({ user }: { user: SessionUser }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  return (
    <Popover position="bottom-end" width={264} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton aria-label={t("account.menu", { name: user.name })}>
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
          <Sounds />
        </Stack>
        <Divider my={4} />
        <Button
          variant="subtle"
          color="gray"
          fullWidth
          justify="flex-start"
          leftSection={<IconLogout size={16} />}
          onClick={signOut}
        >
          {t("account.sign_out")}
        </Button>
      </Popover.Dropdown>
    </Popover>
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

function Sounds() {
  const { t } = useTranslation();
  const [sound, setSoundShown] = useState(soundOn);
  const [permission, setPermission] = useState(canNotify);
  return (
    <>
      <Switch
        label={t("account.sound")}
        checked={sound}
        onChange={(event) => {
          setSound(event.currentTarget.checked);
          setSoundShown(event.currentTarget.checked);
        }}
      />
      {permission !== "unsupported" && (
        <Switch
          label={t("account.notifications")}
          description={permission === "denied" ? t("account.notifications_blocked") : undefined}
          checked={permission === "granted"}
          disabled={permission !== "default"}
          onChange={() => void Notification.requestPermission().then(() => setPermission(canNotify()))}
        />
      )}
    </>
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
