/**
 * The mark that tells an administrator that what they see is a preview, and what would follow. In English, like the console.
 * Owns its words and buttons; knows nothing of the widget.
 */

import sheetText from "./mark.css?inline";
import type { Answered, Shown } from "./shown";

export interface Mark {
  say(answered: Answered): void;
}

interface Acts {
  again(): void;
  end(): void;
}

/** Puts the mark into the root: above everything, at the upper edge, where no offer stands. */
export function showMark(root: ShadowRoot, { name, active }: Shown, { again, end }: Acts): Mark {
  const [mark, words] = draw(root);
  const title = document.createElement("strong");
  title.textContent = `Preview of “${name}”. `;
  const text = document.createTextNode("");
  words.append(title, text);
  const repeat = button("Show again", again);
  mark.append(group(repeat, button("End the preview", end)));
  return {
    say: (answered) => {
      repeat.hidden = !answered;
      text.data = said(answered, active);
    },
  };
}

/** There is nothing to show. */
export function showFailure(root: ShadowRoot, why: string, end: () => void): void {
  const [mark, words] = draw(root);
  words.textContent = why;
  mark.append(group(button("Close", end)));
}

export function said(answered: Answered, active: boolean): string {
  switch (answered) {
    case "accepted":
      return "Accepted. Visitors now get the form, then the queue. Nothing was recorded, and no chat was opened.";
    case "rejected":
      return "Rejected. Nothing was recorded.";
    case "asked":
      return "No chat is opened in a preview.";
    case null:
      return active
        ? "You see it as it was saved. What you do here is not recorded."
        : "It is inactive, so visitors do not get it. What you do here is not recorded.";
  }
}

function draw(root: ShadowRoot): [HTMLElement, HTMLElement] {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(sheetText);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  const mark = document.createElement("section");
  // Not `mark`: the chat's sheet stands in the same root and has one.
  mark.className = "preview-mark";
  mark.lang = "en";
  mark.dir = "ltr";
  mark.setAttribute("aria-label", "Preview of an offer");
  const words = document.createElement("p");
  words.setAttribute("role", "status");
  mark.append(words);
  root.append(mark);
  return [mark, words];
}

function group(...buttons: HTMLElement[]): HTMLElement {
  const group = document.createElement("div");
  group.append(...buttons);
  return group;
}

function button(label: string, act: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", act);
  return element;
}
