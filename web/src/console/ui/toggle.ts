/** Owns a switch in a list: shown at once, set back with a reason when the server refuses. */
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { request } from "../api/http";
import { warned } from "./notify";

export function useToggle<T extends { id: string }>(
  listKey: QueryKey,
  pathOf: (id: string) => string,
  field: keyof T & string,
): (id: string, on: boolean) => void {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const show = (id: string, on: boolean) =>
    queryClient.setQueryData<T[]>(listKey, (held) =>
      held?.map((one) => (one.id === id ? { ...one, [field]: on } : one)),
    );
  const patch = useMutation({
    mutationFn: ({ id, on }: { id: string; on: boolean }) => request<T>("PATCH", pathOf(id), { [field]: on }),
    onMutate: ({ id, on }) => show(id, on),
    onError: (error, { id, on }) => {
      show(id, !on);
      warned(t("offers.switch_failed", { detail: error.message }));
    },
    onSettled: () => void queryClient.invalidateQueries({ queryKey: listKey }),
  });
  return (id, on) => patch.mutate({ id, on });
}
