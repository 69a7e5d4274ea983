/** Owns what the preview is told: invented where the page being edited says nothing. Pure. */
import type { PreviewConfig, Scene } from "../../../api/preview";
import type { Alternative, FormField, OfferBody, QueuePlan } from "../../../api/rest";
import type { Field, OfferDesign, Styling } from "../../../api/wire";
import { isAssetUrl, isHexColor } from "../../ui/check";
import { isRightToLeft } from "../languages";

const DEFAULT_COLOR = "#0f766e";
const DAY_MS = 86_400_000;

/** The languages that the widget itself speaks. */
export const WIDGET_LANGUAGES = ["en", "ar", "de", "es", "fr", "it", "nl", "pl", "pt", "tr"] as const;

/** What is edited, or what there is beside it. */
export interface Look {
  styling: QueuePlan["styling"];
  form: FormField[];
  enquiry: FormField[];
  survey: QueuePlan["conduct"]["survey"];
  alternatives: QueuePlan["alternatives"];
  design: OfferBody["design"];
}

/** Of a queue with one of its forms; offers are shown in this design. */
export function lookOf(plan: QueuePlan, form: FormField[], design?: OfferBody["design"]): Look {
  const { styling, enquiry, conduct, alternatives } = plan;
  const sample = { ...sampleDesign, color: styling.color, position: styling.position };
  return {
    styling,
    form,
    enquiry: enquiry.form,
    survey: conduct.survey,
    alternatives,
    design: design ?? sample,
  };
}

export interface View {
  scene: Scene;
  language: string;
  dark: boolean;
}

export function configOf(look: Look, { scene, language, dark }: View, now: number): PreviewConfig {
  const { styling, design, form, enquiry, survey, alternatives } = look;
  const message = (alternative: Alternative) =>
    alternative.do === "message" ? inLanguage(alternative, language) : "";
  return {
    type: "beckon_preview",
    scene,
    language,
    right_to_left: isRightToLeft(language),
    dark,
    styling: stylingIn(styling, language),
    design: shownDesign(design),
    form: form.length > 0 ? form.map(asField) : [nameField],
    enquiry: enquiry.length > 0 ? enquiry.map(asField) : [nameField, emailField, questionField],
    survey: survey === "off" ? "rating" : survey,
    instead: {
      out_of_hours: message(alternatives.out_of_hours),
      channel_off: message(alternatives.channel_off),
      no_agent: message(alternatives.no_agent),
    },
    opens_at: Math.ceil(now / DAY_MS) * DAY_MS + 9 * (DAY_MS / 24),
  };
}

/** As the server gives it to a visitor of this language. */
export function stylingIn(styling: QueuePlan["styling"], language: string): Styling {
  const { color, logo_url, position, launcher, texts } = styling;
  const primary = language.split("-")[0] ?? language;
  const own = texts[language] ?? texts[primary];
  return {
    color: isHexColor(color) ? color : DEFAULT_COLOR,
    logo_url: logo_url && isAssetUrl(logo_url) ? logo_url : null,
    position,
    launcher,
    title: own?.title || styling.title,
    greeting: own?.greeting || styling.greeting,
    launcher_label: own?.launcher_label || styling.launcher_label,
  };
}

function inLanguage(
  { text, texts }: { text: string; texts: Record<string, string> },
  language: string,
): string {
  return texts[language] || texts[language.split("-")[0] ?? language] || text;
}

function shownDesign(design: OfferBody["design"]): OfferDesign {
  const { logo_url, image_url, color } = design;
  const known = (url: string | null) => (url && isAssetUrl(url) ? url : null);
  return {
    ...design,
    color: isHexColor(color) ? color : DEFAULT_COLOR,
    logo_url: known(logo_url),
    image_url: known(image_url),
  };
}

function asField({ key, type, label, help, required, choices, choice_labels }: FormField): Field {
  return { key, type, label, help, required, choices, choice_labels };
}

const field = (key: string, type: Field["type"], label: string, required: boolean): Field => ({
  key,
  type,
  label: { en: label },
  help: {},
  required,
  choices: [],
});
const nameField = field("name", "text", "Name", true);
const emailField = field("email", "email", "E-mail", true);
const questionField = field("question", "long_text", "Your question", true);

export const sampleDesign: OfferBody["design"] = {
  form: "card",
  position: "end",
  color: DEFAULT_COLOR,
  logo_url: null,
  image_url: null,
  default_language: "en",
  texts: {
    en: {
      title: "May we help?",
      body: "Someone from our team is here and happy to answer your questions.",
      accept_label: "Yes, please",
      reject_label: "No, thanks",
    },
  },
};
