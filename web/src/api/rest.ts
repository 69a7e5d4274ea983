/**
 * The bodies of the REST interface under `/api/v1`, as the console uses them. Owns types only; requests are made elsewhere.
 * Field names are those of the server's JSON. Times are milliseconds since 1970, ids are strings.
 */
import type { AgentStatus, ChatState, OfferDesign, Outcome, Styling, Texts } from "./wire";

/** RFC 9457 problem document. */
export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  code?: string;
  errors?: { pointer: string; detail: string }[];
}

/** One page of a list; `next` is the cursor of the following page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Role = "agent" | "supervisor" | "admin";

export interface SessionUser {
  id: string;
  email: string;
  name: string;
  role: Role;
  slots: number;
}

export interface Session {
  user: SessionUser;
}

export interface Setup {
  first_start: boolean;
}

export interface NewSetup {
  email: string;
  name: string;
  password: string;
  setup_token: string;
}

export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  slots: number;
  disabled: boolean;
  created_at: number;
}

export interface NewUser {
  email: string;
  name: string;
  role: Role;
  password: string;
  slots?: number;
}

export interface UserPatch {
  name?: string;
  role?: Role;
  slots?: number;
  password?: string;
  disabled?: boolean;
}

export type AfterOutcome = "no_more_this_visit" | "not_this_offer_again" | "like_ignored";
export type AfterChat = "may_resume" | "no_more_this_visit" | "none_for_hours";

/** Visitor tracking settings of one site. */
export interface SiteSettings {
  poll_interval_s: number;
  minimum_interval_s: number;
  ignored_after_s: number;
  after_rejection: AfterOutcome;
  after_ignored: AfterOutcome;
  rejections_max: number;
  ignored_max: number;
  after_chat: AfterChat;
  after_chat_hours: number;
  visit_timeout_min: number;
  capacity_factor: number;
}

export interface SiteBody {
  name: string;
  origins: string[];
  settings: SiteSettings;
  deny_paths: string[];
  allow_params: string[];
}

export interface Site extends SiteBody {
  id: string;
  key: string;
  config_version: number;
  created_at: number;
}

export interface OfferBody {
  name: string;
  active: boolean;
  design: OfferDesign;
}

export interface Offer extends OfferBody {
  id: string;
  site_id: string;
  created_at: number;
  updated_at: number;
}

export type RuleAction = "invite" | "engage_without_invite";
export type MatchOn = "url" | "page_title" | "referrer";
export type MatchType = "contains" | "equals" | "regex";

export interface RulePlan {
  description: string;
  action: RuleAction;
  offer_id: string | null;
  queue_id: string;
  match_on: MatchOn;
  match_type: MatchType;
  match_value: string;
  page_view_count: number;
  required_time_s: number;
}

export interface RuleBody {
  priority: number;
  name: string;
  enabled: boolean;
  plan: RulePlan;
}

export interface Rule extends RuleBody {
  id: string;
  site_id: string;
  created_at: number;
  updated_at: number;
}

export type Activation = "reactive_only" | "with_invite" | "without_invite";
export type Strategy = "longest_idle" | "least_loaded" | "round_robin";
export type FieldKind =
  | "text"
  | "email"
  | "phone"
  | "number"
  | "select"
  | "checkbox"
  | "long_text"
  | "consent";
export type Prefill = "first_name" | "primary_email";

export interface FormField {
  key: string;
  type: FieldKind;
  label: Texts;
  help: Texts;
  required: boolean;
  choices: string[];
  prefill: Prefill | null;
}

/** Starts on `weekday` (1 Monday to 7 Sunday); runs over midnight when `to` is not after `from`. */
export interface Period {
  weekday: number;
  from: string;
  to: string;
}

export interface HoursException {
  date: string;
  name: string;
  spans: [string, string][];
}

export interface Hours {
  time_zone: string;
  weekly: Period[];
  exceptions: HoursException[];
}

export interface Routing {
  strategy: Strategy;
  ring_time_s: number;
  show_position: boolean;
  show_wait: boolean;
  dequeue_after_s: number;
}

export type Alternative =
  | { do: "wait" }
  | { do: "url"; url: string }
  | { do: "enquiry" }
  | { do: "message"; text: string };

export interface QueuePlan {
  activation: Activation;
  launch_after_s: number;
  launch_offer_id: string | null;
  hours: Hours;
  form_reactive: FormField[];
  form_invite: FormField[];
  routing: Routing;
  alternatives: { out_of_hours: Alternative; channel_off: Alternative; no_agent: Alternative };
  styling: Styling;
}

export interface QueueBody {
  name: string;
  channel_on: boolean;
  is_default: boolean;
  plan: QueuePlan;
  agents: string[];
}

export interface Queue extends QueueBody {
  id: string;
  site_id: string;
  open_now: boolean;
  next_change_at: number | null;
  created_at: number;
  updated_at: number;
}

export interface AgentRow {
  id: string;
  name: string;
  role: Role;
  status: AgentStatus;
  status_since: number;
  slots: number;
  slots_used: number;
}

export interface Visit {
  id: string;
  site_id: string;
  visitor_id: string;
  started_at: number;
  last_contact_at: number;
  live: boolean;
  ended_at: number | null;
  /** Empty when unknown, as the three after it. */
  referrer: string;
  language: string;
  time_zone: string;
  browser: string;
  device: "desktop" | "tablet" | "phone";
  visit_number: number;
  page: { url: string; title: string; entered_at: number } | null;
  page_views: number;
  chat_id: string | null;
  /** The open presentation, when there is one. */
  offer_state: Presentation | null;
}

export interface VisitPage {
  url: string;
  title: string;
  entered_at: number;
  left_at: number | null;
  visible_s: number;
}

export interface Presentation {
  id: string;
  rule: { id: string; name: string } | null;
  offer: { id: string; name: string } | null;
  presented_at: number;
  outcome: Outcome | null;
  outcome_at: number | null;
  accepted_late_at: number | null;
}

export interface VisitDetail extends Visit {
  pages: VisitPage[];
  presentations: Presentation[];
}

export type ChatListState = "open" | "ended";
export type { ChatState };
