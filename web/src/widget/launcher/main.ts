/**
 * The launcher bundle's entry: the button that opens the chat, its unread count, and the bar of a minimised window, in the widget's
 * shadow root.
 */
import type { BundleScript, Launcher, LauncherPlace } from "../bundle";
import { css, parseColor, textOn } from "../color";
import { directionOf } from "../direction";
import { drawMark, mark } from "../mark";
import { primary } from "../tags";
import sheetText from "./launcher.css?inline";

const chevron_up = "m6 15 6-6 6 6";
const maximise: Record<string, string> = {
  ar: "تكبير",
  de: "Maximieren",
  en: "Maximise",
  es: "Maximizar",
  fr: "Agrandir",
  it: "Ingrandisci",
  nl: "Maximaliseren",
  pl: "Maksymalizuj",
  pt: "Maximizar",
  tr: "Büyüt",
};
/** Where the word is another one. */
const chat_label: Record<string, string> = { ar: "محادثة", fr: "Discussion", pl: "Czat", tr: "Sohbet" };

function makeLauncher({ root, tab, language, dispatch }: LauncherPlace): Launcher {
  const sheet = new CSSStyleSheet();
  const colors = new CSSStyleSheet();
  sheet.replaceSync(sheetText);
  root.adoptedStyleSheets = [sheet, colors, ...root.adoptedStyleSheets];

  const dock = document.createElement("div");
  const spoken = primary(language);
  const chat_name = chat_label[spoken] || "Chat";
  const chat = button(chat_name, mark, false, () => dispatch({ type: "opened", tab, now: Date.now() }));
  const label = document.createElement("span");
  const badge = document.createElement("i");
  badge.id = "unread";
  chat.append(label, badge);
  chat.setAttribute("aria-describedby", badge.id);
  const name = maximise[spoken] || maximise.en || "";
  dock.append(
    chat,
    button(name, chevron_up, true, () => dispatch({ type: "maximised", tab, now: Date.now() })),
  );
  root.append(dock);

  let drawn = "";
  return ({ styling, window, unread, folded }) => {
    if (!styling) return;
    const brand = parseColor(styling.color);
    const colorText = `:host{--brand:${css(brand)};--on-brand:${css(textOn(brand))}}`;
    if (drawn !== colorText) colors.replaceSync(colorText);
    drawn = colorText;
    const text = styling.launcher_label || chat_name;
    if (label.textContent !== text) {
      label.textContent = text;
      chat.setAttribute("aria-label", text);
    }
    // What waits for the visitor has to be found, whatever the site prefers.
    const form = styling.launcher === "hidden" && (unread || folded) ? "round" : styling.launcher;
    dock.className = `dock ${styling.position} ${window} ${form}`;
    dock.dir = directionOf(language);
    badge.hidden = !unread && !folded;
    badge.textContent = unread ? String(unread) : "";
  };
}

function button(label: string, path: string, stroke: boolean, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.setAttribute("aria-label", label);
  element.append(drawMark(path, stroke));
  element.addEventListener("click", act);
  return element;
}

const script = document.currentScript as BundleScript<typeof makeLauncher> | null;
if (script && script.beckon) script.beckon(makeLauncher);
