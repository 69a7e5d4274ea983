/** Owns the order of rules as the list shows it, and moving one within it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Rule } from "../../../api/rest";
import { request } from "../../api/http";
import { keys } from "../../api/queries";
import { told, warned } from "../../ui/notify";

/** By priority, then name. */
export function inOrder(rules: Rule[]): Rule[] {
  return [...rules].sort((a, b) => a.priority - b.priority || a.name.localeCompare(b.name));
}

/**
 * What moves the rule at `index` past its neighbour, or out of those of its priority: they are one place, for among them
 * chance decides. None where there is nothing to pass.
 */
export function neighbour(
  sorted: Rule[],
  index: number,
  direction: -1 | 1,
  move: (before: string | null) => void,
): (() => void) | null {
  const rule = sorted[index];
  if (!rule) return null;
  const equal = sorted.find((other) => other !== rule && other.priority === rule.priority);
  const next = sorted.find((other) => other.priority > rule.priority);
  if (direction === -1) {
    const passed = equal ?? sorted.filter((other) => other.priority < rule.priority).at(-1);
    return passed ? () => move(passed.id) : null;
  }
  if (equal) return () => move(next?.id ?? null);
  const after = next && sorted.find((other) => other.priority > next.priority);
  return next ? () => move(after?.id ?? null) : null;
}

/** Whether a rule already stands right before the other one, or is the last: nothing would change. */
export function standsBefore(sorted: Rule[], id: string, before: string | null): boolean {
  if (id === before) return true;
  const index = sorted.findIndex((rule) => rule.id === id);
  const next = sorted[index + 1];
  return index >= 0 && (next?.id ?? null) === before && next?.priority !== sorted[index]?.priority;
}

/** Moves a rule before another one, or to the end; the list follows once the server has done it. */
export function useMove(site: string): (rules: Rule[], id: string, before: string | null) => void {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const place = useMutation({
    mutationFn: ({ id, before }: { id: string; before: string | null; name: string }) =>
      request<void>("PUT", `/rules/${id}/place`, { before }),
    onSuccess: (_, { name }) => told(t("rules.moved", { name })),
    onError: (error) => warned(error.message),
    onSettled: () => void queryClient.invalidateQueries({ queryKey: keys.rules(site) }),
  });
  return (rules, id, before) =>
    place.mutate({ id, before, name: rules.find((rule) => rule.id === id)?.name ?? "" });
}
