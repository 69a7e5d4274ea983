/** Owns the question before a person is erased: it is answered by typing the reference. */
import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { closeAllModals } from "@mantine/modals";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Customer, ErasedCounts } from "../../api/rest";
import { request } from "../api/http";
import { told } from "../ui/notify";

export function EraseForm({ customer, done }: { customer: Customer; done(): void }) {
  const { t } = useTranslation();
  const expected = customer.customer_ref ?? customer.id;
  const [text, setText] = useState("");
  const erase = useMutation({
    mutationFn: () =>
      request<ErasedCounts>("POST", `/customers/${customer.id}/erase`, { confirm: text.trim() }),
    onSuccess: ({ chats, visits }) => {
      told(t("customers.erase.done", { chats, visits }));
      done();
    },
  });
  return (
    <Stack>
      <Text>{t("customers.erase.text")}</Text>
      <TextInput
        label={t("customers.erase.confirm", { text: expected })}
        value={text}
        autoComplete="off"
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {erase.error && (
        <Alert color="red" role="alert" icon={<IconAlertTriangle />}>
          {erase.error.message}
        </Alert>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={() => closeAllModals()}>
          {t("action.cancel")}
        </Button>
        <Button
          color="red"
          disabled={text.trim() !== expected}
          loading={erase.isPending}
          onClick={() => erase.mutate()}
        >
          {t("customers.erase.action")}
        </Button>
      </Group>
    </Stack>
  );
}
