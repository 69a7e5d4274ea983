/** Owns what is said beside a colour that an administrator chose: what the widget makes of it. Pure. */
import type { TFunction } from "i18next";
import { contrast, contrast_min, parseColor, type Rgb, readableOn, textOn } from "../../../widget/color";
import { isHexColor } from "../../ui/check";

const GROUNDS: { name: "light" | "dark"; color: Rgb }[] = [
  { name: "light", color: [255, 255, 255] },
  { name: "dark", color: [27, 30, 34] },
];

/** What visitors see where the colour itself could not be read. */
export function contrastNote(color: string, t: TFunction): string | undefined {
  if (!isHexColor(color)) return undefined;
  const brand = parseColor(color);
  const ink = textOn(brand);
  const on = t("preview.contrast_ok", {
    ink: t(ink[0] === 255 ? "preview.ink.white" : "preview.ink.black"),
    ratio: contrast(brand, ink).toFixed(1),
  });
  const failing = GROUNDS.filter((ground) => contrast(brand, ground.color) < contrast_min);
  const notes = failing.map((ground) =>
    t("preview.contrast_text", {
      ground: t(`preview.ground.${ground.name}`),
      ratio: contrast(brand, ground.color).toFixed(1),
      shade: hex(readableOn(brand, ground.color)),
    }),
  );
  return [on, ...notes].join(" ");
}

function hex(color: Rgb): string {
  return `#${color.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}
