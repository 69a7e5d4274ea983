/** Owns the page of whoever has signed in and must set up the second step before anything else. */
import "../areas";
import { Button, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { SecondStepSetUp } from "../account/SecondStepSetUp";
import { request } from "../api/http";
import { keys } from "../api/queries";
import { usePageTitle } from "../ui/usePageTitle";
import { EntranceCard } from "./EntranceCard";

export function MustSetUp() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const leave = useMutation({
    mutationFn: () => request<void>("DELETE", "/session"),
    onSuccess: () => queryClient.setQueryData(keys.session, null),
  });
  usePageTitle(t("own.second_step.title"));
  return (
    <EntranceCard>
      <Stack gap="md">
        <div>
          <Title order={1}>{t("own.second_step.must_title")}</Title>
          <Text c="dimmed" mt={4}>
            {t("own.second_step.must_text")}
          </Text>
        </div>
        <SecondStepSetUp done={() => void queryClient.invalidateQueries({ queryKey: keys.session })} />
        <Button variant="subtle" color="gray" loading={leave.isPending} onClick={() => leave.mutate()}>
          {t("account.sign_out")}
        </Button>
      </Stack>
    </EntranceCard>
  );
}
