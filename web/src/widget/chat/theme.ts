/** Colours of the launcher's queue, of the chat's and of the offer as a style sheet, corrected so that they can be read in light and dark. */
import { css, parseColor, type Rgb, readableOn, textOn } from "../color";

const light_surface: Rgb = [255, 255, 255];
const dark_surface: Rgb = [27, 30, 34];

/** The window has a colour of its own where its queue is not the launcher's. */
export function themeText(launcher: string, window: string, offer: string | undefined): string {
  const parts = [rules(":host", launcher)];
  if (window !== launcher) parts.push(rules(".window", window));
  if (offer) parts.push(rules(".offer,.invite", offer));
  return parts.join("");
}

function rules(selector: string, color: string): string {
  const brand = parseColor(color);
  const variables = (accent: Rgb) =>
    `${selector}{--brand:${css(brand)};--on-brand:${css(textOn(brand))};--accent:${css(accent)}}`;
  const dark = variables(readableOn(brand, dark_surface));
  return `${variables(readableOn(brand, light_surface))}@media(prefers-color-scheme:dark){${dark}}`;
}
