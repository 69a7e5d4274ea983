/** The place on the customer's page, marked `data-beckon-slot`, where an offer of the form inline stands. */
import { render, type VNode } from "preact";
import { directionOf } from "../direction";

export interface Slot {
  find(): Element | null;
  draw(view: VNode | null): void;
}

export function makeSlot(sheets: CSSStyleSheet[], language: string): Slot {
  let host: HTMLElement | null = null;
  let place: HTMLElement | null = null;
  const find = () => document.querySelector("[data-beckon-slot]");
  const clear = () => {
    if (place) render(null, place);
    host?.remove();
    host = place = null;
  };
  return {
    find,
    draw(view) {
      const at = find();
      // An application that goes to another page may have made the place anew.
      if (host && host.parentNode !== at) clear();
      if (view && at && !place) {
        host = document.createElement("beckon-offer");
        const root = host.attachShadow({ mode: "closed" });
        root.adoptedStyleSheets = sheets;
        place = document.createElement("div");
        place.className = "beckon slot";
        root.append(place);
        at.append(host);
      }
      if (!view) return clear();
      if (!place) return;
      place.dir = directionOf(language);
      render(view, place);
    },
  };
}
