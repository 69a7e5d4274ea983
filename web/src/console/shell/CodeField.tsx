/** Owns the field of a code of the second step, and what is said when signing in is refused. */
import { TextInput } from "@mantine/core";
import type { TFunction } from "i18next";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/http";

interface CodeFieldProps {
  value: string;
  error?: ReactNode;
  onChange(value: string): void;
}

export function CodeField({ value, error, onChange }: CodeFieldProps) {
  const { t } = useTranslation();
  return (
    <TextInput
      ref={(field) => {
        if (field && value === "") field.focus();
      }}
      label={t("sign_in.code")}
      description={t("sign_in.code_help")}
      name="code"
      autoComplete="one-time-code"
      maxLength={30}
      required
      withAsterisk={false}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** Nothing is wrong while the code is only asked for. */
export function messageOf(error: Error, code: string | null, t: TFunction): string | null {
  if (!(error instanceof ApiError)) return error.message;
  if (error.problem.code === "code_needed") return code ? t("sign_in.code_missing") : null;
  if (error.problem.code === "wrong_code") return t("sign_in.code_wrong");
  if (error.problem.code === "password_off") return t("sign_in.administrators_alone");
  if (error.status === 0) return `${t("error.network_title")}. ${t("error.network_text")}`;
  if (error.status === 429) return t("sign_in.too_many", { when: error.message });
  if (error.status === 401 || error.status === 422) return t("sign_in.wrong");
  return t("error.server", { status: error.status });
}
