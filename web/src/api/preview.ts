/**
 * What the console and the page `/widget-preview` tell each other: which state the widget is to be shown in, and with what
 * looks. Both stand on one origin; neither listens to another.
 */
import type { Field, OfferDesign, Styling, SurveyKind } from "./wire";

export const preview_path = "/widget-preview";

export const scenes = [
  "launcher",
  "unread",
  "card",
  "toast",
  "banner",
  "modal",
  "inline",
  "folded",
  "invitation",
  "form",
  "form_errors",
  "queue",
  "alerted",
  "conversation",
  "ended",
  "survey",
  "transcript",
  "out_of_hours",
  "channel_off",
  "no_agent",
  "enquiry",
  "enquiry_taken",
  "minimised",
] as const;

export type Scene = (typeof scenes)[number];

/** Why no chat can be had. */
export const reasons = ["out_of_hours", "channel_off", "no_agent"] as const;
export type Reason = (typeof reasons)[number];

/** Console to preview. */
export interface PreviewConfig {
  type: "beckon_preview";
  scene: Scene;
  /** BCP 47 tag of the visitor. */
  language: string;
  /** The page around the widget is written from right to left. */
  right_to_left: boolean;
  dark: boolean;
  /** In the visitor's language. */
  styling: Styling;
  design: OfferDesign;
  form: Field[];
  enquiry: Field[];
  survey: SurveyKind;
  /** The message for each reason for which no chat can be had; empty is the built-in text. */
  instead: Record<Reason, string>;
  opens_at: number | null;
}

/** Preview to console: it listens. */
export interface PreviewReady {
  type: "beckon_preview_ready";
}
