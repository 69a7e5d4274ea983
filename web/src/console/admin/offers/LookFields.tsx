/** Owns the fields that say how an offer looks: shape, position, colour, pictures. */
import { ColorInput, Input, SegmentedControl, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { OfferBody } from "../../../api/rest";
import type { Editor } from "../../ui/editor";
import { Section, Two } from "../../ui/form";
import { contrastNote } from "../preview/contrast";
import { PictureField } from "../preview/PictureField";

const FORMS = ["card", "toast", "banner", "modal", "inline"] as const;
const SWATCHES = ["#0f766e", "#1d4ed8", "#6d28d9", "#be123c", "#c2410c", "#15803d", "#1f2937"];

export function LookFields({ editor, site }: { editor: Editor<OfferBody>; site: string }) {
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
            mih={36}
            mb={5}
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
      {(["logo", "image"] as const).map((use) => (
        <PictureField
          key={use}
          site={site}
          use={use}
          label={t(`offers.${use}`)}
          {...form.getInputProps(`design.${use}_url`)}
        />
      ))}
    </Section>
  );
}
