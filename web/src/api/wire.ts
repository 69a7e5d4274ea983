/**
 * The frames between a browser and the server. One JSON object a frame, told apart by `type`.
 * Unknown fields are ignored on both sides; ids are strings, times are milliseconds since 1970, tabs are numbers.
 */

export type Outcome = "accepted" | "rejected" | "ignored" | "passively_ignored" | "withdrawn";
export type ChatState = "form" | "queued" | "ringing" | "active" | "ended";
export type Texts = Record<string, string>;

export interface Field {
  key: string;
  type: "text" | "email" | "phone" | "number" | "select" | "checkbox" | "long_text" | "consent";
  label: Texts;
  help: Texts;
  required: boolean;
  choices: string[];
  /** What the visitor reads for each choice, by language, in the order of the choices. */
  choice_labels?: Record<string, string[]>;
  /** Value to start with: for a signed identity, or what the visitor has filled in before. */
  value?: string;
}

export interface OfferDesign {
  form: "card" | "toast" | "banner" | "modal" | "inline";
  position: "end" | "start";
  color: string;
  logo_url: string | null;
  image_url: string | null;
  default_language: string;
  texts: Record<string, { title: string; body: string; accept_label: string; reject_label: string }>;
}

export interface Styling {
  color: string;
  logo_url: string | null;
  position: "end" | "start";
  title: string;
  greeting: string;
  /** What visitors press to open the chat; `hidden` until there is something to answer. */
  launcher: "round" | "labelled" | "hidden";
  /** Empty is the built-in word. */
  launcher_label: string;
}

export interface PresentedOffer {
  id: string;
  presented_at: number;
  /** Folded into the launcher: the offer counts as ignored, but can still be accepted late. */
  folded: boolean;
  design: OfferDesign;
}

export interface Message {
  seq: number;
  /** The id that the sender made; the same message never appears twice under it. */
  id: string;
  from: "visitor" | "agent" | "system";
  /** Name of the agent; empty otherwise. */
  name: string;
  /** For `system`: a key such as `agent_joined`, `handed_over`, `visitor_left`, `idle_warning`; empty for what a visitor may not see. */
  text: string;
  at: number;
  /** Absent for everyone; a visitor is never sent the other kind. */
  audience?: "all" | "staff";
  /** The file it carries; the text may then be empty. */
  file?: MessageFile;
}

/** A file in a chat. Addresses are paths on the server. */
export interface MessageFile {
  id: string;
  name: string;
  media_type: string;
  bytes: number;
  /** Size in pixels, if it is a picture. */
  picture?: { width: number; height: number };
  url: string;
  /** A small picture of it, if it is a picture. */
  thumb_url?: string;
}

/** What a visitor gets instead of a chat. */
export interface InsteadOfChat {
  reason: "out_of_hours" | "channel_off" | "no_agent" | "waited_too_long" | "overloaded";
  alternative:
    | { do: "url"; url: string }
    | { do: "enquiry" }
    | { do: "message"; text: string; texts?: Texts };
  /** The queue, to which an enquiry is sent. */
  queue: string;
  /** Out of hours: when the queue opens next. */
  opens_at?: number;
  /** The fields of the enquiry form. */
  form?: Field[];
}

/** A chat as the visitor sees it. */
export interface VisitorChat {
  id: string;
  state: ChatState;
  /** Place in the queue, from 1; absent when not waiting or not to be shown. */
  position?: number;
  /** Estimated wait in seconds; absent when unknown or not to be shown. */
  wait_s?: number;
  agent?: { name: string };
  /** The form to fill in, in state `form`. */
  form?: Field[];
  /** Highest sequence number there is. */
  last_seq: number;
  /** Highest sequence number the agent has read. */
  agent_read_seq: number;
  /** Highest sequence number the agent's console has. */
  agent_delivered_seq: number;
  visitor_read_seq: number;
  visitor_delivered_seq: number;
  ended_by?: "visitor" | "agent" | "system";
  /** What the visitor is asked after the end. */
  survey?: SurveyKind;
  /** They have answered. */
  rated?: boolean;
  /** The transcript can be had by e-mail, or is promised. */
  transcript?: "offered" | "promised";
  /** The window opened by itself, and nobody has written yet: it goes again when the chat ends so. */
  launched?: boolean;
  /** The visitor may send files. */
  files: boolean;
  /** Looks and texts, where the chat's queue is not the launcher's. */
  styling?: Styling;
  /** Ended while waiting: what the visitor gets instead of an agent. */
  instead?: InsteadOfChat;
}

/** One to five; or one for up and zero for down. */
export type SurveyKind = "rating" | "thumbs";

export interface Page {
  tab: number;
  url: string;
  title: string;
  referrer: string;
}

/** Who the page says the visitor is: with a token that the site's server signed, or without proof. */
export type Introduction = { token: string } | { customer_ref: string; name?: string; email?: string };

/** A value that a page gives an attribute of its visitor. */
export type AttributeValue = string | number | boolean | { time: number };

/** What pages report because some rule of the site asks for it. */
export interface Signals {
  /** Depths, percent, rising: passing one is reported. */
  scroll_percents: number[];
  exit: boolean;
  /** The shortest inactivity that a rule asks for, seconds. */
  inactivity_s: number | null;
}

/** Answer of `GET /live/site/{key}`, asked for before anything is loaded, kept or sent. */
export interface Terms {
  /** What the visitor's consent is taken to be until they say something. */
  consent: "off" | "session" | "full";
  /** Paths on which nothing is loaded, by prefix. */
  deny_paths: string[];
}

// ---------------------------------------------------------------- visitor

/** Asks over a socket whether it still carries, and answers: a browser does not notice by itself that a network has gone silent. */
export interface Echo {
  type: "echo";
}

/** Visitor to server. Over the socket one a frame; while polling as a list. */
export type VisitorFrame =
  /** First frame on a socket, and in every poll. `after`: last chat message the browser holds. */
  | {
      type: "hello";
      v: 1;
      site: string;
      token?: string;
      /** What the browser speaks. */
      language: string;
      /** What the widget speaks on this page. */
      widget_language: string;
      time_zone: string;
      identity?: Introduction;
      chat?: { id: string; after: number };
      /** The page each open tab shows; the leader tab first. Views already told are not counted again: each view has a number that rises by one per tab. */
      pages: (Page & { view: number })[];
    }
  | ({ type: "page"; view: number } & Page)
  | { type: "leave"; tab: number; view: number; visible_s: number }
  | { type: "beat" }
  | Echo
  | { type: "form"; tab: number; action: "entered" | "input" | "submitted" }
  | ({ type: "identify" } & Introduction)
  /** The greatest depth so far, percent. */
  | { type: "scroll"; tab: number; percent: number }
  /** The visitor is about to leave the page. */
  | { type: "exit"; tab: number }
  /** Something was moved, touched or typed; every few seconds at most. */
  | { type: "active"; tab: number }
  /** Attributes of the visitor, unsigned. */
  | { type: "set"; attributes: Record<string, AttributeValue> }
  | { type: "event"; name: string }
  /** The visitor allows or forbids tracking and offers. */
  | { type: "consent"; given: boolean }
  | { type: "accept"; presentation: string }
  | { type: "reject"; presentation: string }
  /** Reactive chat: the visitor opened the chat from the launcher. */
  | { type: "open_chat"; declined?: string }
  | { type: "send_form"; chat: string; answers: Record<string, string | boolean> }
  /** `id` is the browser's own; `chat` the one that ended for it. */
  | {
      type: "send_enquiry";
      id: string;
      queue: string;
      chat?: string;
      answers: Record<string, string | boolean>;
    }
  /** `file`: one that this browser sent to the chat before. */
  | { type: "say"; chat: string; id: string; text: string; file?: string }
  | { type: "typing"; chat: string }
  /** The browser has the messages up to here. */
  | { type: "delivered"; chat: string; seq: number }
  | { type: "read"; chat: string; seq: number }
  | { type: "end_chat"; chat: string }
  /** What the visitor thought of an ended chat. */
  | { type: "rate"; chat: string; rating: number; comment: string }
  /** Send the transcript there once the chat has ended. */
  | { type: "transcript"; chat: string; email: string }
  /** Ask for messages after `after`, when a gap is seen. */
  | { type: "resume"; chat: string; after: number };

/** Server to visitor. */
export type VisitorNotice =
  | Echo
  | {
      type: "welcome";
      v: 1;
      token: string;
      visit: string;
      poll_interval_s: number;
      signals: Signals;
      styling: Styling;
      /** Whether a reactive chat can be had right now; false shows the alternative on opening. */
      open: boolean;
      offer: PresentedOffer | null;
      chat: VisitorChat | null;
    }
  | { type: "offer"; offer: PresentedOffer; tab: number | null }
  | { type: "settled"; presentation: string; outcome: Outcome }
  | { type: "chat"; chat: VisitorChat }
  | { type: "message"; chat: string; message: Message }
  /** The message `id` of this browser is stored under `seq`. */
  | { type: "ack"; chat: string; id: string; seq: number }
  /** `name`: of the agent; absent from a server of an earlier version. */
  | { type: "typing"; chat: string; name?: string | null }
  /** The agent's console has the messages up to here. */
  | { type: "delivered"; chat: string; seq: number }
  | { type: "read"; chat: string; seq: number }
  /** Forget what you hold of this chat; all of it follows. */
  | { type: "reset"; chat: string }
  | { type: "signals"; signals: Signals }
  | { type: "availability"; open: boolean }
  | { type: "styling"; styling: Styling }
  /** The site's Poll Interval has changed. */
  | { type: "poll_interval"; poll_interval_s: number }
  | ({ type: "alternative" } & InsteadOfChat)
  | { type: "enquiry_taken"; id: string }
  | { type: "enquiry_refused"; id: string; field_errors: Record<string, string> }
  /** `field_errors`: key of the field to one of `required`, `invalid`, `too_long`. */
  | { type: "form_refused"; chat: string; field_errors: Record<string, string> }
  /** Who the page says the visitor is, is written down; `signed`: with proof. */
  | { type: "identified"; signed: boolean }
  /** It was not believed; everything else goes on. */
  | { type: "identity_refused"; code: IdentityRefusal; detail: string }
  | { type: "refused"; id?: string; code: RefusalCode; detail: string }
  /** The server closes soon or cannot keep up: connect again after this time, in milliseconds. */
  | { type: "move"; after_ms: number };

export type IdentityRefusal =
  | "no_secret"
  | "malformed"
  | "too_large"
  | "wrong_algorithm"
  | "wrong_signature"
  | "wrong_site"
  | "expired"
  | "too_long"
  | "signed_stands";

/** Close codes: 1000 done; 4000 resume (reconnect and resume); 4400 bad frame; 4401 bad token or key; 4403 foreign origin; 4408 no hello in time; 4410 not tracked here; 4413 frame too large; 4429 too many. After 44xx but 4429 do not reconnect. */
export type RefusalCode =
  | "bad_frame"
  | "unknown_site"
  | "foreign_origin"
  | "too_large"
  | "too_many"
  | "chat_closed"
  | "not_yours"
  | "not_found"
  | "taken"
  | "stale_owner"
  | "unavailable";

// ------------------------------------------------------------------ agent

export interface Person {
  id: string;
  name: string;
}

export interface Call {
  purpose: "transfer" | "invite";
  from: Person;
  to: Person;
  note: string;
  due_at: number;
}

/** A chat as the console sees it; the same object as in REST `/api/v1/chats`. */
export interface Chat {
  id: string;
  site_id: string;
  queue: { id: string; name: string };
  visitor_id: string;
  visit_id: string;
  /** Best name there is: from the form, or "Visitor" with four characters of the id. */
  visitor_name: string;
  mode: "reactive" | "invite" | "engage";
  state: ChatState;
  /** Who is rung now, or owns the active chat. */
  agent: { id: string; name: string } | null;
  /** Who has joined and writes along. */
  guests: Person[];
  /** Who reads along; empty for agents. */
  watchers: Person[];
  /** The chat rings at one agent, who is to take it over or to join; the owner has it until then. */
  call: Call | null;
  /** Rises with every change of owner; sent back with `say`. */
  owner_epoch: number;
  requested_at: number;
  queued_at: number | null;
  /** The higher is answered first, 0 to 9. */
  priority: number;
  /** When it leaves the queue unless somebody answers, while waiting. */
  wait_due_at: number | null;
  ring_due_at: number | null;
  answered_at: number | null;
  ended_at: number | null;
  ended_by: "visitor" | "agent" | "system" | null;
  /** The agent has closed an ended chat on their side. */
  wrapped_up: boolean;
  /** When it is closed there by itself. */
  wrap_up_due_at: number | null;
  /** The visitor was warned, and the chat closes then unless they write. */
  idle_close_at: number | null;
  /** What the agent noted of it. */
  noted: { disposition: string; tags: string[]; note: string };
  /** What the visitor thought of it. */
  rating: { kind: SurveyKind; rating: number; comment: string } | null;
  /** What is opened for the agent at the start. */
  screen_pop: { url: string; open: "link" | "tab" } | null;
  answers: { key: string; label: string; value: string }[];
  last_seq: number;
  visitor_read_seq: number;
  agent_read_seq: number;
  visitor_delivered_seq: number;
  agent_delivered_seq: number;
  /** `name`: of the agent who wrote it, or whom it is about; `file`: name of the file it carries. */
  last_message: {
    from: "visitor" | "agent" | "system";
    name: string;
    text: string;
    file: string | null;
    at: number;
  } | null;
  /** Since when the visitor has waited for an agent to write; none while no answer is owed. */
  unanswered_since: number | null;
  /** Connected within 2 × Poll Interval. */
  visitor_present: boolean;
  /** The page the visitor is on. */
  page: { url: string; title: string } | null;
  /** What was accepted and led here. */
  presentation_id: string | null;
  rule: { id: string; name: string } | null;
  offer: { id: string; name: string } | null;
}

export type AgentStatus = "ready" | "away" | "offline";
/** `absence`: came back after a long time and has not said to be ready. */
export type StatusReason = "self" | "no_answer" | "absence" | "supervisor";

/** An agent's own status. */
export interface Standing {
  status: AgentStatus;
  reason: StatusReason;
  /** The reason that the agent named for being away. */
  away_reason: string | null;
  since: number;
}

/** Console to server, over `/live/agent`. `ref` is echoed in the answer. */
export type AgentFrame =
  | { type: "hello"; v: 1; chats: { id: string; after: number }[] }
  /** `reason`: why away, one of the reasons of the workspace. */
  | { type: "status"; ref: string; status: AgentStatus; reason?: string }
  | { type: "accept"; ref: string; chat: string }
  | { type: "decline"; ref: string; chat: string }
  | {
      type: "say";
      chat: string;
      id: string;
      epoch: number;
      text: string;
      audience?: "all" | "staff";
      file?: string;
    }
  /** Hand an active chat on: to an agent, who is rung for it, or to a queue. The note is for the team. */
  | { type: "transfer"; ref: string; chat: string; to: { agent: string } | { queue: string }; note: string }
  /** Call another agent to join. */
  | { type: "invite"; ref: string; chat: string; agent: string; note: string }
  /** Take back an open call. */
  | { type: "recall"; ref: string; chat: string }
  /** For supervisors: read along, write along, become the owner. */
  | { type: "watch"; ref: string; chat: string }
  | { type: "join"; ref: string; chat: string }
  | { type: "take_over"; ref: string; chat: string }
  /** Stop reading or writing along. */
  | { type: "leave"; ref: string; chat: string }
  | { type: "typing"; chat: string }
  /** The console has the messages up to here. */
  | { type: "delivered"; chat: string; seq: number }
  | { type: "read"; chat: string; seq: number }
  /** End an active chat, or wrap up an ended one. */
  | { type: "close"; ref: string; chat: string }
  /** Get messages of this chat after `after`, and from now on as they come. */
  | { type: "follow"; chat: string; after: number }
  | { type: "unfollow"; chat: string }
  | { type: "beat" }
  | Echo;

/** Server to console. */
export type AgentNotice =
  | Echo
  | ({
      type: "welcome";
      v: 1;
      user: { id: string; name: string; role: string };
      slots: number;
    } & Standing)
  /** The command with this `ref` is done. */
  | { type: "done"; ref: string }
  /** A chat that this agent may see was made or changed. */
  | { type: "chat"; chat: Chat }
  | { type: "message"; chat: string; message: Message }
  | { type: "ack"; chat: string; id: string; seq: number }
  /** `name`: of the colleague who writes; null or absent of the visitor. */
  | { type: "typing"; chat: string; name?: string | null }
  /** The visitor's browser has the messages up to here. */
  | { type: "delivered"; chat: string; seq: number }
  | { type: "read"; chat: string; seq: number }
  | ({ type: "status" } & Standing)
  /** An enquiry of this site was sent, or dealt with: ask for the list. */
  | { type: "enquiry_changed"; site: string }
  /** The agent changed their options, in this browser or another: ask for them. */
  | { type: "options_changed" }
  /** A visit that an open chat belongs to went to another page. */
  | { type: "visit_page"; visit: string; page: { url: string; title: string; entered_at: number } }
  | { type: "refused"; ref?: string; id?: string; code: RefusalCode; detail: string }
  | { type: "move"; after_ms: number };
