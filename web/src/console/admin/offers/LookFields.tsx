/** Owns the fields that say how an offer looks: shape, position, colour, pictures. */
import { ColorInput, Input, SegmentedControl, Select, TextInput } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { OfferBody } from "../../../api/rest";
import { isHexColor } from "../../ui/check";
import type { Editor } from "../../ui/editor";
import { Section, Two } from "../../ui/form";
import { contrastWithWhite } from "./contrast";

const FORMS = ["card", "toast", "banner", "modal", "inline"] as const;
const SWATCHES = ["#0f766e", "#1d4ed8", "#6d28d9", "#be123c", "#c2410c", "#15803d", "#1f2937"];
const READABLE = 4.5;

export function LookFields({ editor }: { editor: Editor<OfferBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const { design } = form.values;
  return (
    <Section title={t("offers.look")}>
      <Two>
        <Select
          label={t("offers.form")}
          description={t(`offers.form_help.${design.form}`)}
          inputWrapperOrder={["label", "input", "description", "error"]}
          allowDeselect={false}
          data={FORMS.map((value) => ({ value, label: t(`offers.forms.${value}`) }))}
          {...form.getInputProps("design.form")}
        />
        <Input.Wrapper
          label={t("offers.position")}
          description={t("offers.position_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          labelElement="div"
        >
          <SegmentedControl
            fullWidth
            aria-label={t("offers.position")}
            data={[
              { value: "start", label: t("offers.positions.start") },
              { value: "end", label: t("offers.positions.end") },
            ]}
            {...form.getInputProps("design.position")}
          />
        </Input.Wrapper>
      </Two>
      <ColorInput
        label={t("offers.color")}
        description={contrastNote(design.color, t)}
        inputWrapperOrder={["label", "input", "description", "error"]}
        format="hex"
        swatches={SWATCHES}
        swatchesPerRow={7}
        eyeDropperButtonProps={{ "aria-label": t("offers.color") }}
        {...form.getInputProps("design.color")}
      />
      <Two>
        <TextInput
          label={t("offers.logo")}
          description={t("offers.url_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          {...form.getInputProps("design.logo_url")}
          value={design.logo_url ?? ""}
        />
        <TextInput
          label={t("offers.image")}
          description={t("offers.url_help")}
          inputWrapperOrder={["label", "input", "description", "error"]}
          {...form.getInputProps("design.image_url")}
          value={design.image_url ?? ""}
        />
      </Two>
    </Section>
  );
}

function contrastNote(color: string, t: TFunction): string | undefined {
  if (!isHexColor(color)) return undefined;
  const contrast = contrastWithWhite(color);
  const ratio = contrast.toFixed(1);
  return contrast >= READABLE ? t("offers.contrast_ok", { ratio }) : t("offers.contrast_fixed", { ratio });
}
