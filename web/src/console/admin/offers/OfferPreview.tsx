/** Owns the preview of an offer on a page, light or dark, as it is being edited. */
import { SegmentedControl } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { OfferDesign } from "../../../api/wire";
import { isAssetUrl, isHexColor } from "../../ui/check";
import { isRightToLeft } from "../languages";
import { readableColor } from "./contrast";
import classes from "./OfferPreview.module.css";

export function OfferPreview({ design, language }: { design: OfferDesign; language: string }) {
  const { t } = useTranslation();
  const [scheme, setScheme] = useState<"light" | "dark">("light");
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span>{t("offers.preview")}</span>
        <SegmentedControl
          size="xs"
          aria-label={t("offers.preview")}
          value={scheme}
          onChange={(value) => setScheme(value as "light" | "dark")}
          data={[
            { value: "light", label: t("offers.preview_light") },
            { value: "dark", label: t("offers.preview_dark") },
          ]}
        />
      </figcaption>
      <div
        className={classes.page}
        data-scheme={scheme}
        data-form={design.form}
        data-position={design.position}
      >
        <PageLines />
        <Offer design={design} language={language} />
      </div>
    </figure>
  );
}

/** Grey lines that stand for the website. */
function PageLines() {
  return (
    <div className={classes.lines} aria-hidden="true">
      <i />
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}

function Offer({ design, language }: { design: OfferDesign; language: string }) {
  const tag = language in design.texts ? language : design.default_language;
  const texts = design.texts[tag];
  const color = readableColor(isHexColor(design.color) ? design.color : "#0f766e");
  if (!texts) return null;
  return (
    <section
      className={classes.offer}
      dir={isRightToLeft(tag) ? "rtl" : "ltr"}
      lang={tag}
      aria-label={texts.title}
    >
      {design.image_url && isAssetUrl(design.image_url) && (
        <img className={classes.image} src={design.image_url} alt="" />
      )}
      <div className={classes.body}>
        {design.logo_url && isAssetUrl(design.logo_url) && (
          <img className={classes.logo} src={design.logo_url} alt="" />
        )}
        <div className={classes.words}>
          <div className={classes.title}>{texts.title}</div>
          {texts.body && <div className={classes.text}>{texts.body}</div>}
        </div>
        <span className={classes.close} aria-hidden="true">
          <IconX size={14} />
        </span>
      </div>
      <div className={classes.buttons}>
        <span className={classes.accept} style={{ background: color }}>
          {texts.accept_label}
        </span>
        <span className={classes.reject}>{texts.reject_label}</span>
      </div>
    </section>
  );
}
