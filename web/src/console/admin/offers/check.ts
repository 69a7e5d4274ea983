/** Owns the checks of an offer before it is sent. Pure; the server checks again. */
import type { TFunction } from "i18next";
import type { OfferBody } from "../../../api/rest";
import { checkName, compact, isAssetUrl, isHexColor } from "../../ui/check";
import type { FieldErrors } from "../../ui/editor";

export function checkOffer({ name, design }: OfferBody, t: TFunction): FieldErrors {
  const url = (value: string | null) => (!value || isAssetUrl(value) ? null : t("offers.url_invalid"));
  const errors: Record<string, string | null> = {
    name: checkName(name, t),
    "design.color": isHexColor(design.color) ? null : t("offers.color_invalid"),
    "design.logo_url": url(design.logo_url),
    "design.image_url": url(design.image_url),
  };
  for (const [tag, texts] of Object.entries(design.texts)) {
    const path = `design.texts.${tag}`;
    const within = (value: string, min: number, max: number) =>
      value.trim().length >= min && value.length <= max;
    errors[`${path}.title`] = within(texts.title, 1, 80) ? null : t("offers.title_length");
    errors[`${path}.body`] = within(texts.body, 0, 400) ? null : t("offers.body_length");
    errors[`${path}.accept_label`] = within(texts.accept_label, 1, 30) ? null : t("offers.label_length");
    errors[`${path}.reject_label`] = within(texts.reject_label, 1, 30) ? null : t("offers.label_length");
  }
  return compact(errors);
}
