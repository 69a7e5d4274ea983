/** Owns what a visitor is called on the screen, in the words of its language. */
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { Visit } from "../../api/rest";
import { visitorName } from "./visits";

/** The same function for as long as the language is. */
export function useVisitorName(): (visit: Pick<Visit, "customer" | "visitor_id">) => string {
  const { t } = useTranslation();
  return useCallback((visit) => visitorName(visit, (id) => t("visitors.name", { id })), [t]);
}
