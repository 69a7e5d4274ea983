/**
 * Owns the set-up of translations. English is complete; every other language falls back to it. The page of signing in
 * has the texts of the shell; `areas.ts` adds the rest with the console.
 */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { areas } from "./locales/en/areas";
import { shell } from "./locales/en/shell";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof shell & typeof areas };
  }
}

void i18next.use(initReactI18next).init({
  resources: { en: { translation: shell } },
  lng: "en",
  fallbackLng: "en",
  interpolation: { escapeValue: false },
  returnNull: false,
});

export { i18next };
