/** Owns the looks of the chat window, with a preview beside the fields. */
import { ColorInput, Input, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { QueueBody } from "../../../api/rest";
import { isAssetUrl, isHexColor } from "../../ui/check";
import type { Editor } from "../../ui/editor";
import { Section } from "../../ui/form";
import adminClasses from "../Admin.module.css";
import { readableColor } from "../offers/contrast";
import classes from "./Queues.module.css";

const BELOW: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];

export function StylingTab({ editor }: { editor: Editor<QueueBody> }) {
  const { t } = useTranslation();
  const { form } = editor;
  const { styling } = form.values.plan;
  return (
    <div className={adminClasses.split}>
      <Section title={t("queues.styling.title")}>
        <ColorInput
          label={t("queues.styling.color")}
          format="hex"
          eyeDropperButtonProps={{ "aria-label": t("queues.styling.color") }}
          {...form.getInputProps("plan.styling.color")}
        />
        <TextInput
          label={t("queues.styling.window_title")}
          description={t("queues.styling.title_help")}
          inputWrapperOrder={BELOW}
          maxLength={60}
          {...form.getInputProps("plan.styling.title")}
        />
        <Textarea
          label={t("queues.styling.greeting")}
          description={t("queues.styling.greeting_help")}
          inputWrapperOrder={BELOW}
          autosize
          minRows={2}
          maxLength={400}
          {...form.getInputProps("plan.styling.greeting")}
        />
        <TextInput
          label={t("queues.styling.logo")}
          description={t("offers.url_help")}
          inputWrapperOrder={BELOW}
          {...form.getInputProps("plan.styling.logo_url")}
          value={styling.logo_url ?? ""}
        />
        <Input.Wrapper label={t("queues.styling.position")} labelElement="div">
          <SegmentedControl
            fullWidth
            aria-label={t("queues.styling.position")}
            data={[
              { value: "start", label: t("offers.positions.start") },
              { value: "end", label: t("offers.positions.end") },
            ]}
            {...form.getInputProps("plan.styling.position")}
          />
        </Input.Wrapper>
      </Section>
      <aside aria-label={t("offers.preview")}>
        <WindowPreview styling={styling} />
      </aside>
    </div>
  );
}

function WindowPreview({ styling }: { styling: QueueBody["plan"]["styling"] }) {
  const { t } = useTranslation();
  const color = readableColor(isHexColor(styling.color) ? styling.color : "#0f766e");
  return (
    <div className={classes.window}>
      <div className={classes.windowHead} style={{ background: color }}>
        {styling.logo_url && isAssetUrl(styling.logo_url) && <img src={styling.logo_url} alt="" />}
        {styling.title || t("queues.styling.preview_title")}
      </div>
      <div className={classes.windowBody}>
        {styling.greeting && <p>{styling.greeting}</p>}
        <div className={classes.said}>{t("queues.styling.preview_agent")}</div>
        <div className={classes.asked} style={{ background: color }}>
          {t("queues.styling.preview_visitor")}
        </div>
      </div>
    </div>
  );
}
