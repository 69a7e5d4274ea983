/** The launcher in its closed shadow root: the button "Chat", its unread count, and the bar of a minimised window. */
import type { Look } from "../bundle";
import { css, parseColor, textOn } from "../color";
import { drawMark, mark } from "../mark";
import type { SessionEvent } from "../session";
import sheetText from "./launcher.css?inline";

export interface Launcher {
  host: HTMLElement;
  root: ShadowRoot;
  draw(look: Look): void;
  /** Pages that replace their body take the launcher away with it. */
  stay(): void;
}

const chevron_up = "m6 15 6-6 6 6";
const maximise: Record<string, string> = { en: "Maximise", de: "Maximieren" };

export function makeLauncher(
  language: string,
  dispatch: (event: SessionEvent) => void,
  tab: number,
): Launcher {
  const host = document.createElement("beckon-chat");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  const colors = new CSSStyleSheet();
  sheet.replaceSync(sheetText);
  root.adoptedStyleSheets = [sheet, colors];

  const dock = document.createElement("div");
  const chat = button("Chat", mark, false, () => dispatch({ type: "opened", tab, now: Date.now() }));
  const label = document.createElement("span");
  label.textContent = "Chat";
  const badge = document.createElement("i");
  badge.id = "unread";
  chat.append(label, badge);
  chat.setAttribute("aria-describedby", badge.id);
  const name = maximise[language.slice(0, 2)] || maximise.en || "";
  dock.append(
    chat,
    button(name, chevron_up, true, () => dispatch({ type: "maximised", tab, now: Date.now() })),
  );
  root.append(dock);

  let drawn = "";
  const stay = () => {
    if (drawn && !host.isConnected) document.body.append(host);
  };
  return {
    stay,
    host,
    root,
    draw({ styling, window, unread, folded }) {
      if (!styling) return;
      const brand = parseColor(styling.color);
      const colorText = `:host{--brand:${css(brand)};--on-brand:${css(textOn(brand))}}`;
      if (drawn !== colorText) colors.replaceSync(colorText);
      drawn = colorText;
      stay();
      dock.className = `dock ${styling.position} ${window}`;
      dock.dir = getComputedStyle(document.documentElement).direction;
      badge.hidden = !unread && !folded;
      badge.textContent = unread ? String(unread) : "";
    },
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
