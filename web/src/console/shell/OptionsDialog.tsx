/** Owns the agent's options (P-12, P-13): OK saves them on the server, where they take effect at once; Cancel discards. */
import { Alert, Button, Checkbox, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AgentOptions } from "../../api/rest";
import { request } from "../api/http";
import { useOptions, workspaceKeys } from "../api/workspace";
import { canNotify } from "../live/attention";
import { PinButton } from "../mini/PinButton";
import { Loaded } from "../ui/states";

interface OptionsDialogProps {
  opened: boolean;
  onClose(): void;
}

export function OptionsDialog({ opened, onClose }: OptionsDialogProps) {
  const { t } = useTranslation();
  const options = useOptions();
  return (
    <Modal opened={opened} onClose={onClose} title={t("options.title")} size="md">
      <Loaded query={options}>{(data) => <OptionsForm options={data} onClose={onClose} />}</Loaded>
    </Modal>
  );
}

function OptionsForm({ options, onClose }: { options: AgentOptions; onClose(): void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState(options);
  const save = useMutation({
    mutationFn: () => request<AgentOptions>("PATCH", "/me/options", chosen),
    onSuccess: (saved) => {
      queryClient.setQueryData(workspaceKeys.options, saved);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const wanted = chosen.top_on_new_chat || chosen.top_on_new_message;
    // Whoever wants to be called from elsewhere is asked here, once, whether the browser may do so.
    if (wanted && canNotify() === "default") void Notification.requestPermission();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Checkbox
          data-autofocus
          label={t("options.top_on_new_chat")}
          checked={chosen.top_on_new_chat}
          onChange={(event) => setChosen({ ...chosen, top_on_new_chat: event.currentTarget.checked })}
        />
        <Checkbox
          label={t("options.top_on_new_message")}
          checked={chosen.top_on_new_message}
          onChange={(event) => setChosen({ ...chosen, top_on_new_message: event.currentTarget.checked })}
        />
        <How />
        {save.isError && (
          <Alert color="red" role="alert">
            {t("options.failed", { detail: save.error.message })}
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("action.ok")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What the browser makes of it, said plainly: a page cannot put its window before others. */
function How() {
  const { t } = useTranslation();
  return (
    <Alert color="gray">
      <Stack gap="xs" align="flex-start">
        <span>{t(`options.how.${canNotify()}`)}</span>
        <PinButton />
      </Stack>
    </Alert>
  );
}
