/** Owns what is said when a code of the second step was refused. */
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/http";

export function useCodeError(error: Error | null): string | null {
  const { t } = useTranslation();
  if (error === null) return null;
  if (!(error instanceof ApiError)) return error.message;
  if (error.problem.code === "wrong_code") return t("sign_in.code_wrong");
  if (error.problem.code === "code_needed") return t("sign_in.code_missing");
  if (error.status === 429) return t("sign_in.too_many", { when: error.message });
  if (error.status === 0) return t("error.network_title");
  return error.message;
}
