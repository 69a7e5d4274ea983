/** Owns how places and values of the configuration are called in the audit log: as the forms call them. Pure. */
import type { ParseKeys, TFunction } from "i18next";
import type { AuditEntry } from "../../../api/rest";
import { conditionSentence } from "../../decisions/sentence";
import { languageName } from "../languages";

export type Kind = AuditEntry["kind"];

/** Names of what has an id, by id. */
export type Names = ReadonlyMap<string, string>;

/** What a line names of a thing that the interface does not show, or how it came about. */
const DETAILS = [
  "password",
  "secret",
  "client_secret",
  "sessions",
  "link",
  "recovery_codes",
  "single_sign_on",
] as const;

/** Parts of a pointer that only hold others together. */
const SILENT = new Set([
  "role_values",
  "plan",
  "settings",
  "design",
  "conduct",
  "routing",
  "styling",
  "spans",
]);

const LABELS: Record<string, ParseKeys> = {
  name: "audit.field.name",
  origins: "sites.origins",
  deny_paths: "sites.deny_paths",
  allow_params: "sites.allow_params",
  key: "audit.field.key",
  poll_interval_s: "sites.tracking.field.poll_interval_s.label",
  visit_timeout_min: "sites.tracking.field.visit_timeout_min.label",
  minimum_interval_s: "sites.tracking.field.minimum_interval_s.label",
  ignored_after_s: "sites.tracking.field.ignored_after_s.label",
  capacity_factor: "sites.tracking.field.capacity_factor.label",
  after_rejection: "sites.tracking.field.after_rejection.label",
  after_ignored: "sites.tracking.field.after_ignored.label",
  rejections_max: "sites.tracking.field.rejections_max.label",
  ignored_max: "sites.tracking.field.ignored_max.label",
  after_chat: "sites.tracking.field.after_chat.label",
  after_chat_hours: "sites.tracking.field.after_chat_hours.label",
  consent: "sites.tracking.field.consent.label",
  priority: "rules.priority",
  enabled: "rules.enabled",
  description: "rules.description",
  action: "rules.action",
  offer_id: "rules.offer",
  queue_id: "rules.queue",
  match_on: "rules.match_on",
  match_type: "audit.field.match_type",
  match_value: "rules.match_value",
  page_view_count: "rules.page_view_count",
  required_time_s: "rules.required_time_s",
  chat_priority: "rules.chat_priority",
  conditions: "conditions.title",
  active: "offers.active",
  form: "offers.form",
  position: "offers.position",
  color: "queues.styling.color",
  logo_url: "offers.logo",
  image_url: "offers.image",
  default_language: "offers.default_language",
  texts: "offers.texts",
  text: "queues.alternatives.message",
  title: "offers.title_field",
  body: "offers.body",
  accept_label: "offers.accept_label",
  reject_label: "offers.reject_label",
  channel_on: "queues.general.channel_on",
  is_default: "queues.general.is_default",
  agents: "queues.tab.agents",
  activation: "queues.general.activation_title",
  launch_after_s: "queues.general.launch_after_s",
  launch_offer_id: "queues.general.launch_offer",
  launch_window: "queues.general.launch_window",
  visitor_files: "queues.general.visitor_files",
  hours: "queues.tab.hours",
  time_zone: "queues.hours.time_zone",
  weekly: "queues.hours.title",
  exceptions: "queues.hours.exceptions",
  weekday: "audit.field.weekday",
  from: "queues.hours.from",
  to: "queues.hours.to",
  date: "queues.hours.date",
  form_reactive: "queues.form.reactive",
  form_invite: "queues.form.invite",
  label: "queues.form.label",
  type: "queues.form.type",
  required: "queues.form.required",
  help: "queues.form.help",
  choices: "queues.form.choices",
  choice_labels: "queues.form.choices",
  prefill: "queues.form.prefill",
  strategy: "queues.routing.strategy",
  ring_time_s: "queues.routing.ring_time_s",
  show_position: "queues.routing.show_position",
  show_wait: "queues.routing.show_wait",
  dequeue_after_s: "queues.routing.dequeue_after_s",
  dequeue: "queues.dequeue.and_then",
  relax_skills_after_s: "queues.skills.relax",
  reactive: "queues.priority.reactive",
  invite: "queues.priority.invite",
  moved: "queues.priority.moved",
  skills: "users.skills",
  skill: "users.skill_name",
  level: "users.skill_level",
  alternatives: "queues.tab.alternatives",
  out_of_hours: "queues.alternatives.out_of_hours",
  channel_off: "queues.alternatives.channel_off",
  no_agent: "queues.alternatives.no_agent",
  do: "audit.field.do",
  url: "queues.alternatives.url",
  enquiry: "queues.enquiry.title",
  emails: "queues.enquiry.emails",
  idle_warn_after_s: "queues.conduct.idle_warn_after_s",
  idle_close_after_s: "queues.conduct.idle_close_after_s",
  wrap_up_s: "queues.conduct.wrap_up_s",
  dispositions: "queues.conduct.dispositions",
  disposition_required: "queues.conduct.disposition_required",
  tags: "queues.conduct.tags",
  survey: "queues.conduct.survey",
  transcript: "queues.conduct.transcript",
  screen_pop: "queues.conduct.pop",
  open: "queues.conduct.pop_open",
  greeting: "queues.styling.greeting",
  launcher: "queues.styling.launcher",
  launcher_label: "queues.styling.launcher_label",
  by_hand: "queues.by_hand.button",
  email: "users.email",
  role: "users.role",
  slots: "users.slots",
  disabled: "users.disabled",
  site_id: "audit.site",
  user_id: "audit.who",
  events: "webhooks.events",
};

/** Where the same word is another field. */
const OF_KIND: Partial<Record<Kind, Record<string, ParseKeys>>> = {
  offer: { color: "offers.color" },
  queue: {
    title: "queues.styling.window_title",
    form: "queues.enquiry.form",
    key: "queues.form.key",
    priority: "queues.priority.title",
  },
  webhook: { enabled: "webhooks.is_enabled", url: "webhooks.url" },
  site: { key: "sites.key" },
  user: { single_sign_on: "single_sign_on.title" },
  single_sign_on: {
    enabled: "single_sign_on.enabled",
    button: "single_sign_on.button",
    issuer: "single_sign_on.issuer",
    client_id: "single_sign_on.client_id",
    has_secret: "single_sign_on.client_secret",
    scopes: "single_sign_on.scopes",
    create_users: "single_sign_on.create",
    default_role: "single_sign_on.default_role",
    role_claim: "single_sign_on.claim",
    agent: "single_sign_on.values.agent",
    supervisor: "single_sign_on.values.supervisor",
    admin: "single_sign_on.values.admin",
    passwords: "single_sign_on.passwords",
  },
};

/** The choices of fields that have a few, as their forms name them. */
const CHOICES: Record<string, Record<string, ParseKeys>> = {
  action: {
    invite: "rules.actions.invite",
    engage_without_invite: "rules.actions.engage_without_invite",
  },
  match_on: {
    url: "rules.match_ons.url",
    page_title: "rules.match_ons.page_title",
    referrer: "rules.match_ons.referrer",
  },
  match_type: {
    contains: "rules.match_types.contains",
    equals: "rules.match_types.equals",
    regex: "rules.match_types.regex",
  },
  form: {
    card: "offers.forms.card",
    toast: "offers.forms.toast",
    banner: "offers.forms.banner",
    modal: "offers.forms.modal",
    inline: "offers.forms.inline",
  },
  position: { start: "offers.positions.start", end: "offers.positions.end" },
  activation: {
    reactive_only: "queues.general.activation.reactive_only",
    with_invite: "queues.general.activation.with_invite",
    without_invite: "queues.general.activation.without_invite",
  },
  launch_window: { at_launch: "audit.yes", with_message: "audit.no" },
  visitor_files: { allowed: "audit.yes", refused: "audit.no" },
  strategy: {
    longest_idle: "queues.routing.strategies.longest_idle",
    least_loaded: "queues.routing.strategies.least_loaded",
    round_robin: "queues.routing.strategies.round_robin",
  },
  do: {
    message: "queues.alternatives.do.message",
    wait: "queues.alternatives.do.wait",
    url: "queues.alternatives.do.url",
    enquiry: "queues.alternatives.do.enquiry",
    queue: "queues.dequeue.do.queue",
  },
  survey: {
    off: "queues.conduct.surveys.off",
    rating: "queues.conduct.surveys.rating",
    thumbs: "queues.conduct.surveys.thumbs",
  },
  launcher: {
    round: "queues.styling.launchers.round",
    labelled: "queues.styling.launchers.labelled",
    hidden: "queues.styling.launchers.hidden",
  },
  prefill: {
    first_name: "queues.form.prefills.first_name",
    primary_email: "queues.form.prefills.primary_email",
  },
  type: {
    text: "queues.form.types.text",
    email: "queues.form.types.email",
    phone: "queues.form.types.phone",
    number: "queues.form.types.number",
    select: "queues.form.types.select",
    checkbox: "queues.form.types.checkbox",
    long_text: "queues.form.types.long_text",
    consent: "queues.form.types.consent",
  },
  role: { agent: "role.agent", supervisor: "role.supervisor", admin: "role.admin" },
  default_role: { agent: "role.agent", supervisor: "role.supervisor", admin: "role.admin" },
  consent: {
    full: "sites.tracking.consent.full",
    session: "sites.tracking.consent.session",
    off: "sites.tracking.consent.off",
  },
  after_rejection: {
    no_more_this_visit: "sites.tracking.after_outcome.no_more_this_visit",
    not_this_offer_again: "sites.tracking.after_outcome.not_this_offer_again",
    like_ignored: "sites.tracking.after_outcome.like_ignored",
  },
  after_ignored: {
    no_more_this_visit: "sites.tracking.after_ignored.no_more_this_visit",
    not_this_offer_again: "sites.tracking.after_ignored.not_this_offer_again",
    like_ignored: "sites.tracking.after_ignored.like_ignored",
  },
  after_chat: {
    may_resume: "sites.tracking.after_chat.may_resume",
    no_more_this_visit: "sites.tracking.after_chat.no_more_this_visit",
    none_for_hours: "sites.tracking.after_chat.none_for_hours",
  },
};

/** What the log says of a thing elsewhere: which it is, where and when. */
const KEPT_BY_ITSELF = new Set(["id", "site_id", "created_at", "updated_at"]);

/** Below these stand texts by the tag of their language. */
const BY_LANGUAGE = new Set(["texts", "label", "help", "choice_labels"]);
const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

export interface Words {
  t: TFunction;
  /** Of the console. */
  language: string;
  names: Names;
  /** Times in conditions are told on the clocks of the site. */
  zone: string;
}

/** `/plan/routing/ring_time_s` of a queue is "Ring time". */
export function placeIn(kind: Kind, pointer: string, { t, language }: Pick<Words, "t" | "language">): string {
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const words = parts.flatMap((part, at) => {
    if (SILENT.has(part)) return [];
    if (/^\d+$/.test(part)) return [String(Number(part) + 1)];
    if (BY_LANGUAGE.has(parts[at - 1] ?? "")) return [languageName(part, language)];
    return [labelOf(kind, part, t)];
  });
  return words.join(" › ");
}

/** The detail of a line in words; numbers and names stay as they are. */
export function detailIn(detail: string, t: TFunction): string {
  const known = DETAILS.find((name) => name === detail);
  return known ? t(`audit.details.${known}`) : detail;
}

/** The field that a pointer leads to; of an item of a list, the list. */
export function fieldOf(pointer: string): string {
  return (
    pointer
      .split("/")
      .filter((part) => !/^\d+$/.test(part))
      .at(-1) ?? ""
  );
}

/** What a field is called; one that no form has is named after itself, in plain letters. */
export function labelOf(kind: Kind, field: string, t: TFunction): string {
  const key = OF_KIND[kind]?.[field] ?? LABELS[field];
  if (key) return String(t(key as "audit.yes"));
  const plain = field.replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** A value in words, several lines where it has several parts; empty where there is none. */
export function valueIn(kind: Kind, field: string, value: unknown, words: Words): string {
  const { t, names, language, zone } = words;
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
  if (typeof value === "number") return numberIn(field, value, language);
  if (typeof value === "string") {
    if (field === "default_language") return languageName(value, language);
    const choice = CHOICES[field]?.[value];
    return choice ? String(t(choice as "audit.yes")) : (names.get(value) ?? value);
  }
  if (field === "conditions") return conditionSentence(value as never, t, zone);
  if (Array.isArray(value)) {
    const items = value.map((item) => itemIn(kind, field, item, words)).filter(Boolean);
    if (items.some((item) => item.includes("\n"))) return items.join("\n\n");
    return items.join(value.some((item) => typeof item === "object") ? "\n" : ", ");
  }
  return Object.entries(value as Record<string, unknown>)
    .map(([name, part]) => {
      const label = BY_LANGUAGE.has(field) ? languageName(name, language) : labelOf(kind, name, t);
      const text = valueIn(kind, name, part, words);
      const below = text.includes("\n") || (typeof part === "object" && !Array.isArray(part));
      return text === "" ? "" : below ? `${label}\n${indented(text)}` : `${label}: ${text}`;
    })
    .filter(Boolean)
    .join("\n");
}

/** One of a list: on one line where nothing of it takes several; a time that is open as people write it. */
function itemIn(kind: Kind, field: string, item: unknown, words: Words): string {
  if (Array.isArray(item)) return item.join(" – ");
  const text = valueIn(kind, field, item, words);
  if (typeof item !== "object" || item === null) return text;
  if ("weekday" in item && "from" in item && "to" in item) {
    return `${numberIn("weekday", Number(item.weekday), words.language)} ${item.from} – ${item.to}`;
  }
  const { length } = Object.values(item).filter((part) => typeof part === "object" && part !== null);
  return length === 0 ? text.replaceAll("\n", ", ") : text;
}

/** The fields of something that was made or removed, each with its value; those that are empty are left out. */
export function rowsOf(kind: Kind, whole: unknown, words: Words): [label: string, value: string][] {
  if (typeof whole !== "object" || whole === null) return [];
  return Object.entries(whole).flatMap(([field, value]): [string, string][] => {
    if (KEPT_BY_ITSELF.has(field)) return [];
    if (SILENT.has(field)) return rowsOf(kind, value, words);
    const text = valueIn(kind, field, value, words);
    return text === "" ? [] : [[labelOf(kind, field, words.t), text]];
  });
}

function numberIn(field: string, value: number, language: string): string {
  if (field === "weekday") {
    const format = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
    return format.format(MONDAY + (value - 1) * DAY_MS);
  }
  if (field.endsWith("_at")) {
    return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(value);
  }
  const unit = field.endsWith("_s") ? " s" : field.endsWith("_min") ? " min" : "";
  return `${value}${unit}`;
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n");
}
