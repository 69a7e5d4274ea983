/** Owns that the texts of the console's areas are there: imported before anything that speaks of them. */
import { i18next } from "./i18n";
import { areas } from "./locales/en/areas";

i18next.addResourceBundle("en", "translation", areas, true);
