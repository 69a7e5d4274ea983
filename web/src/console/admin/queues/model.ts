/** Owns a new queue, and the checks of a queue before it is sent. Pure; the server checks again. */
import type { TFunction } from "i18next";
import type { Alternative, Dequeue, FormField, Hours, Period, QueueBody, SkillNeed } from "../../../api/rest";
import { checkName, checkRange, compact, isAssetUrl, isHexColor, isWebUrl } from "../../ui/check";
import type { FieldErrors } from "../../ui/editor";

export const RING_RANGE = { min: 5, max: 300 };
export const PRIORITY_RANGE = { min: 0, max: 9 };
export const SECONDS_RANGE = { min: 0, max: 86_400 };
const IDLE_RANGE = { min: 10, max: 86_400 };
const WRAP_UP_RANGE = { min: 5, max: 86_400 };
export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** `title` is what visitors read above the chat, such as the name of the site. */
export function emptyQueue(first: boolean, title = ""): QueueBody {
  return {
    name: "",
    channel_on: true,
    is_default: first,
    agents: [],
    plan: {
      activation: "reactive_only",
      launch_after_s: 0,
      launch_offer_id: null,
      launch_window: "with_message",
      hours: {
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        weekly: businessWeek(),
        exceptions: [],
      },
      form_reactive: [emptyField("name", "text", "Name"), emptyField("email", "email", "E-mail")],
      form_invite: [emptyField("name", "text", "Name"), emptyField("email", "email", "E-mail")],
      routing: {
        strategy: "longest_idle",
        ring_time_s: 20,
        show_position: true,
        show_wait: true,
        dequeue_after_s: 0,
        dequeue: { do: "message", text: "", texts: {} },
        priority: { reactive: 0, invite: 0, moved: 0 },
        skills: [],
        relax_skills_after_s: 0,
      },
      alternatives: {
        out_of_hours: { do: "message", text: "", texts: {} },
        channel_off: { do: "message", text: "", texts: {} },
        no_agent: { do: "message", text: "", texts: {} },
      },
      conduct: {
        idle_warn_after_s: 0,
        idle_close_after_s: 120,
        wrap_up_s: 0,
        dispositions: [],
        disposition_required: false,
        tags: [],
        survey: "off",
        transcript: true,
        screen_pop: null,
      },
      enquiry: { emails: [], form: [] },
      styling: {
        color: "#0f766e",
        logo_url: null,
        position: "end",
        title,
        greeting: "",
        launcher: "round",
        launcher_label: "",
        texts: {},
      },
      visitor_files: "allowed",
    },
  };
}

/** 0 switches it off. */
function orOff(value: number, range: { min: number; max: number }, t: TFunction): string | null {
  return value === 0 ? null : checkRange(value, range, t);
}

export function emptyField(key: string, type: FormField["type"] = "text", label = ""): FormField {
  return {
    key,
    type,
    label: { en: label },
    help: {},
    required: label !== "",
    choices: [],
    choice_labels: {},
    prefill: null,
  };
}

export function businessWeek(): Period[] {
  return [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: "09:00", to: "17:00" }));
}

export function alwaysOpen(): Period[] {
  return WEEKDAYS.map((weekday) => ({ weekday, from: "00:00", to: "24:00" }));
}

/** `Your name` becomes `your_name`; what is taken gets a number. */
export function keyFor(label: string, taken: readonly string[]): string {
  const plain = label.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  const base =
    plain
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_")
      .replace(/^_+|_+$/g, "")
      .slice(0, 36) || "field";
  let key = base;
  for (let number = 2; taken.includes(key); number += 1) key = `${base}_${number}`;
  return key;
}

export function checkQueue({ name, plan }: QueueBody, t: TFunction): FieldErrors {
  const { routing, styling } = plan;
  return compact({
    name: checkName(name, t),
    "plan.launch_after_s": checkRange(plan.launch_after_s, SECONDS_RANGE, t),
    "plan.routing.ring_time_s": checkRange(routing.ring_time_s, RING_RANGE, t),
    "plan.routing.dequeue_after_s": checkRange(routing.dequeue_after_s, SECONDS_RANGE, t),
    "plan.conduct.idle_warn_after_s": orOff(plan.conduct.idle_warn_after_s, IDLE_RANGE, t),
    "plan.conduct.idle_close_after_s": checkRange(plan.conduct.idle_close_after_s, IDLE_RANGE, t),
    "plan.conduct.wrap_up_s": orOff(plan.conduct.wrap_up_s, WRAP_UP_RANGE, t),
    "plan.routing.relax_skills_after_s": checkRange(routing.relax_skills_after_s, SECONDS_RANGE, t),
    ...checkFields("plan.enquiry.form", plan.enquiry.form, t),
    ...checkDequeue(routing.dequeue, t),
    ...checkSkills(routing.skills, t),
    "plan.styling.color": isHexColor(styling.color) ? null : t("offers.color_invalid"),
    "plan.styling.logo_url":
      !styling.logo_url || isAssetUrl(styling.logo_url) ? null : t("offers.url_invalid"),
    ...checkFields("plan.form_reactive", plan.form_reactive, t),
    ...checkFields("plan.form_invite", plan.form_invite, t),
    ...checkHours(plan.hours, t),
    ...checkAlternative("out_of_hours", plan.alternatives.out_of_hours, t),
    ...checkAlternative("channel_off", plan.alternatives.channel_off, t),
    ...checkAlternative("no_agent", plan.alternatives.no_agent, t),
  });
}

function checkDequeue(dequeue: Dequeue, t: TFunction): Record<string, string | null> {
  if (dequeue.do !== "url") return {};
  const valid = isWebUrl(dequeue.url) ? null : t("queues.alternatives.url_invalid");
  return { "plan.routing.dequeue.url": valid };
}

function checkSkills(skills: SkillNeed[], t: TFunction): Record<string, string | null> {
  const errors: Record<string, string | null> = {};
  skills.forEach(({ skill }, index) => {
    errors[`plan.routing.skills.${index}.skill`] = skill.trim() ? null : t("users.skill_required");
  });
  return errors;
}

function checkFields(path: string, fields: FormField[], t: TFunction): Record<string, string | null> {
  const errors: Record<string, string | null> = {};
  fields.forEach((field, index) => {
    const twice = fields.some((other, at) => at < index && other.key === field.key);
    const good = /^[a-z0-9_]{1,40}$/.test(field.key);
    errors[`${path}.${index}.key`] = good
      ? twice
        ? t("queues.form.key_twice")
        : null
      : t("queues.form.key_invalid");
    if (!field.label.en?.trim()) {
      errors[`${path}.${index}.label.en`] = t("queues.form.label_required");
    }
    if (field.type === "select" && field.choices.length < 2) {
      errors[`${path}.${index}.choices`] = t("queues.form.choices_required");
    }
  });
  return errors;
}

function checkHours(hours: Hours, t: TFunction): Record<string, string | null> {
  const errors: Record<string, string | null> = {};
  const from = (time: string) => (TIME.test(time) ? null : t("queues.hours.time_invalid"));
  const to = (time: string) => (TIME.test(time) || time === "24:00" ? null : t("queues.hours.time_invalid"));
  hours.weekly.forEach((period, index) => {
    errors[`plan.hours.weekly.${index}.from`] = from(period.from);
    errors[`plan.hours.weekly.${index}.to`] = to(period.to);
  });
  hours.exceptions.forEach((exception, index) => {
    const path = `plan.hours.exceptions.${index}`;
    errors[`${path}.date`] = /^\d{4}-\d\d-\d\d$/.test(exception.date) ? null : t("queues.hours.date_invalid");
    exception.spans.forEach(([start = "", end = ""], span) => {
      errors[`${path}.spans.${span}.0`] = from(start);
      errors[`${path}.spans.${span}.1`] = to(end);
    });
  });
  return errors;
}

function checkAlternative(
  name: string,
  alternative: Alternative,
  t: TFunction,
): Record<string, string | null> {
  const path = `plan.alternatives.${name}`;
  if (alternative.do === "url") {
    return { [`${path}.url`]: isWebUrl(alternative.url) ? null : t("queues.alternatives.url_invalid") };
  }
  if (alternative.do !== "message") return {};
  const long = (text: string) => (text.length > 400 ? t("queues.alternatives.message_long") : null);
  const errors: Record<string, string | null> = { [`${path}.text`]: long(alternative.text) };
  for (const [tag, text] of Object.entries(alternative.texts)) errors[`${path}.texts.${tag}`] = long(text);
  return errors;
}

/** A first period of a day is a working day, a further one begins the hour after the last has ended. */
export function nextSpan(last_end: string | undefined): [string, string] {
  if (last_end === undefined) return ["09:00", "17:00"];
  const hour = Math.min(22, Number.parseInt(last_end, 10) || 0) + 1;
  return [`${String(hour).padStart(2, "0")}:00`, "24:00"];
}
