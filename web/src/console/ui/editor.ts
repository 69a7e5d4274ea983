/** Owns editing one thing: a form, saving it, and putting the server's errors at their fields. Draws nothing. */
import { type UseFormReturnType, useForm } from "@mantine/form";
import { openConfirmModal } from "@mantine/modals";
import { useMutation } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Problem } from "../../api/rest";
import { ApiError } from "../api/http";
import { saysTheSame } from "../api/keep-unchanged";
import { fieldErrors } from "../api/pointer";
import { onTop } from "./changes";
import { told } from "./notify";

const CHECK_AFTER_MS = 250;

export type FieldErrors = Record<string, string>;

export interface Editor<T extends object> {
  form: UseFormReturnType<T>;
  submit(event?: { preventDefault(): void }): void;
  /** A field was left: asks the server what it would refuse, where the editor has a check. Saves nothing. */
  check(): void;
  saving: boolean;
  /** What went wrong on the last attempt, apart from what is shown at fields. */
  failure: { title: string; lines: string[] } | null;
}

interface EditorOptions<T extends object, R> {
  /** What is stored, as far as it is known. When that changes, what was not touched in the form follows it. */
  initial: T;
  validate(values: T): FieldErrors;
  /** `stored` is what it goes on top of: a change names only what differs from it. */
  save(values: T, stored: T): Promise<R>;
  /** What is stored now: somebody may have changed other parts of it since it was shown. */
  now?(): Promise<T>;
  /** What is saved holds for visitors at once. */
  live?: boolean;
  saved?(result: R): void;
  check?(values: T): Promise<unknown>;
  /** Paths below these show messages about whole lists and groups too. */
  whole?: string[];
}

export function useEditor<T extends object, R>(options: EditorOptions<T, R>): Editor<T> {
  const { t } = useTranslation();
  const form = useForm<T>({
    initialValues: options.initial,
    validate: options.validate,
    validateInputOnBlur: true,
  });
  const save = useMutation<R, Error, T>({
    mutationFn: async (values) => {
      const before = form.getInitialValues();
      if (!options.now) return options.save(values, before);
      const now = await options.now();
      return options.save(onTop(before, values, now), now);
    },
    onSuccess: (result, values) => {
      form.setInitialValues(values);
      form.resetDirty(values);
      told(t(options.live ? "state.saved_live" : "state.saved"));
      options.saved?.(result);
    },
    onError: (error, values) => {
      if (!(error instanceof ApiError)) return;
      form.setErrors(fieldErrors(error.problem, leafIn(values, options.whole)).fields);
      focusFirstError();
    },
  });
  useFollowing(form, options.initial);
  useLeaveQuestion(form.isDirty());
  const submit = form.onSubmit(
    (values) => save.mutate(values),
    () => focusFirstError(),
  );
  const check = useServerCheck(form, options);
  return {
    form,
    check,
    submit: (event) => submit(event as React.FormEvent<HTMLFormElement> | undefined),
    saving: save.isPending,
    failure: failureOf(save.error, form.values, options.whole, t),
  };
}

/** The joined messages at `path` and below it, for one input that edits a whole list. */
export function errorBelow(form: { errors: Record<string, unknown> }, path: string): string | undefined {
  const found = Object.entries(form.errors).filter(([key]) => key === path || key.startsWith(`${path}.`));
  return found.length > 0 ? found.map(([, message]) => String(message)).join(" ") : undefined;
}

function failureOf(
  error: Error | null,
  values: object,
  whole: string[] | undefined,
  t: TFunction,
): Editor<object>["failure"] {
  if (error === null) return null;
  if (!(error instanceof ApiError)) return { title: t("error.save_title"), lines: [error.message] };
  const problem: Problem = error.problem;
  if (problem.status === 0) return { title: t("error.network_title"), lines: [t("error.save_text")] };
  if ((problem.errors ?? []).length === 0) {
    return { title: t("error.save_title"), lines: [problem.detail ?? problem.title] };
  }
  const { rest } = fieldErrors(problem, leafIn(values, whole));
  return { title: t("error.save_title"), lines: rest.length > 0 ? rest : [t("state.has_errors")] };
}

/** Every single value of a form has its own input, so a message about one can be shown there. */
function leafIn(values: object, whole: string[] = []): (path: string) => string | null {
  return (path) => {
    if (whole.some((above) => path === above || path.startsWith(`${above}.`))) return path;
    let at: unknown = values;
    for (const part of path.split(".")) {
      if (typeof at !== "object" || at === null || !(part in at)) return null;
      at = (at as Record<string, unknown>)[part];
    }
    return typeof at === "object" && at !== null ? null : path;
  };
}

/** What somebody else changed meanwhile is shown, apart from what was changed here too. */
function useFollowing<T extends object>(form: UseFormReturnType<T>, stored: T): void {
  const seen = useRef(stored);
  useEffect(() => {
    if (saysTheSame(seen.current, stored)) return;
    seen.current = stored;
    const [before, values, errors] = [form.getInitialValues(), form.getValues(), form.errors];
    form.resetDirty(stored);
    form.setValues(onTop(before, values, stored));
    form.setErrors(errors);
  }, [form, stored]);
}

/** The server's words at the fields, soon after one was left; what it said before and says no longer goes. */
function useServerCheck<T extends object, R>(
  form: UseFormReturnType<T>,
  { check, whole }: EditorOptions<T, R>,
): () => void {
  const shown = useRef<string[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    if (!check) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(async () => {
      const values = form.getValues();
      const found = await refusedFields(check(values), leafIn(values, whole));
      for (const path of shown.current) if (!(path in found)) form.clearFieldError(path);
      const below = Object.entries(found).filter(([path]) => path.startsWith("plan."));
      for (const [path, message] of below) form.setFieldError(path, message);
      shown.current = below.map(([path]) => path);
    }, CHECK_AFTER_MS);
  };
}

async function refusedFields(
  answer: Promise<unknown>,
  known: (path: string) => string | null,
): Promise<FieldErrors> {
  try {
    await answer;
    return {};
  } catch (error) {
    return error instanceof ApiError ? fieldErrors(error.problem, known).fields : {};
  }
}

function focusFirstError(): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>('[aria-invalid="true"], [data-error="true"] input');
    field?.focus({ preventScroll: true });
    field?.scrollIntoView({ block: "center" });
  });
}

/** Asks before the page is left while there are unsaved changes: by a link of the console, or by the browser. */
function useLeaveQuestion(dirty: boolean): void {
  const { t } = useTranslation();
  const [, go] = useLocation();
  useEffect(() => {
    if (!dirty) return;
    const before = (event: BeforeUnloadEvent) => event.preventDefault();
    const click = (event: MouseEvent) => {
      const link = (event.target as Element | null)?.closest?.("a[href]");
      const href = link?.getAttribute("href");
      const elsewhere =
        event.ctrlKey || event.metaKey || event.shiftKey || link?.getAttribute("target") === "_blank";
      if (!href?.startsWith("/") || elsewhere) return;
      event.preventDefault();
      event.stopPropagation();
      openConfirmModal({
        title: t("admin.leave_title"),
        children: t("admin.leave_text"),
        labels: { confirm: t("admin.leave"), cancel: t("admin.stay") },
        confirmProps: { color: "red" },
        onConfirm: () => go(href),
      });
    };
    window.addEventListener("beforeunload", before);
    document.addEventListener("click", click, true);
    return () => {
      window.removeEventListener("beforeunload", before);
      document.removeEventListener("click", click, true);
    };
  }, [dirty, t, go]);
}
