/**
 * What one tab shows of the shared session, and what the visitor is doing there: answers typed, draft, confirmation.
 * Pure: events in, the next state and effects out. Views only draw it.
 */
import type { MessageFile, PresentedOffer } from "../../api/wire";
import { insteadOf } from "../enquiry";
import { type Answers, newSession, type Session, type SessionEvent } from "../session";
import { isIdleWarning, isNews, running, talked } from "../transcript";
import { checkField, type FieldError, formOf, isEmail, showRefused, startForm, submit } from "./filling";
import { changed, chosen, next as nextUpload, type Upload, type UploadError, without } from "./uploads";

export interface State {
  session: Session;
  tab: number;
  /** The page is in front of the visitor. */
  visible: boolean;
  /** The visitor acts in this tab's window: it may hold the focus. */
  engaged: boolean;
  /** The form that the answers belong to. */
  form_of: string;
  answers: Answers;
  errors: Record<string, FieldError>;
  /** The server has another form by now than was filled in. */
  form_changed: boolean;
  draft: string;
  typed_at: number;
  /** Files on their way from this tab; the first that was not refused is being sent. */
  uploads: Upload[];
  confirming: boolean;
  /** The picture of the conversation that is shown large. */
  viewed: MessageFile | null;
  /** What the visitor is about to give in the survey; null before they have chosen. */
  rating: number | null;
  comment: string;
  /** Where the transcript is to go. */
  email: string;
  email_wrong: boolean;
  /** What the status region says. */
  status: Status | null;
}

export type Status =
  | { say: "offer"; offer: PresentedOffer }
  | { say: "message"; name: string }
  | { say: "idle_warning" };

export type Event =
  | { type: "shared"; session: Session }
  | { type: "seen"; visible: boolean }
  | { type: "answered"; key: string; value: string | boolean }
  | { type: "field_left"; key: string }
  | { type: "form_submitted"; id: string; now: number }
  | { type: "drafted"; text: string; now: number }
  | { type: "draft_sent"; id: string; now: number }
  | { type: "hushed" }
  | { type: "files_chosen"; files: File[]; ids: string[] }
  | { type: "upload_moved"; id: string; sent: number }
  | { type: "upload_arrived"; id: string; file: MessageFile; now: number }
  | { type: "upload_failed"; id: string; error: UploadError }
  | { type: "upload_retried"; id: string }
  | { type: "upload_dropped"; id: string }
  | { type: "picture_opened"; file: MessageFile }
  | { type: "picture_closed" }
  | { type: "end_asked"; now: number }
  | { type: "end_declined" }
  | { type: "end_confirmed"; now: number }
  | { type: "rating_chosen"; rating: number }
  | { type: "commented"; text: string }
  | { type: "rating_sent"; now: number }
  | { type: "email_typed"; text: string }
  | { type: "transcript_asked"; now: number };

export type Effect =
  | { do: "dispatch"; event: SessionEvent }
  | { do: "focus"; on: "window" | "composer" | "field" | "email" | "launcher" | "picture"; key?: string }
  | { do: "keep_draft"; text: string }
  /** Send this file and no other; none stops. */
  | { do: "upload"; upload: Upload | undefined }
  | { do: "emit"; name: string; detail: unknown }
  /** Take the status back soon: it is there to be read out, not to be found. */
  | { do: "hush" }
  | { do: "go"; url: string };

export type Screen =
  | "none"
  | "asking"
  | "failed"
  | "alternative"
  | "invite"
  | "form"
  | "queue"
  | "conversation"
  | "ended";

export const message_chars_max = 4_000;
export const comment_chars_max = 1_000;
const typing_ms_min = 3_000;

export function newState(session: Session, tab: number, draft: string, visible: boolean): State {
  return {
    session,
    tab,
    visible,
    engaged: session.opener === tab,
    form_of: "",
    answers: {},
    errors: {},
    form_changed: false,
    draft,
    typed_at: 0,
    uploads: [],
    confirming: false,
    viewed: null,
    rating: null,
    comment: "",
    email: "",
    email_wrong: false,
    status: null,
  };
}

/** What the window shows. */
export function screen({ session: s }: State): Screen {
  if (s.window !== "open") return "none";
  if (s.asking) return "asking";
  if (s.failed) return s.offer ? "invite" : "failed";
  if (s.alternative) return instead(s);
  if (!s.chat) return s.offer || s.declined ? "invite" : "none";
  switch (s.chat.state) {
    case "form":
      return "form";
    case "queued":
    case "ringing":
      return talked(s) ? "conversation" : "queue";
    case "active":
      return "conversation";
    case "ended":
      return insteadOf(s) && !talked(s) ? instead(s) : "ended";
  }
}

/** That nobody could be had is no longer worth a word once an offer has come; what the visitor writes or has sent stays. */
function instead(s: Session): Screen {
  return s.offer && !s.enquiry && !formOf(s) ? "invite" : "alternative";
}

/** The offer that stands on the page by itself. */
export function shownOffer({ session: s }: State): PresentedOffer | null {
  const hidden = !s.offer || s.offer.folded || running(s) || s.window === "open";
  return hidden ? null : s.offer;
}

/** The invitation in the open window: an offer that came while it shows what is over, or the one that was declined (P-2). */
export function invitation(state: State): PresentedOffer | null {
  const { offer, declined } = state.session;
  const shown = screen(state);
  if (shown === "invite") return offer || declined;
  return shown === "ended" || shown === "alternative" ? offer : null;
}

export function step(state: State, event: Event): [State, Effect[]] {
  switch (event.type) {
    case "shared":
      return share(state, event.session);
    case "seen":
      return notice({ ...state, visible: event.visible }, []);
    case "answered": {
      const { [event.key]: _gone, ...errors } = state.errors;
      return [
        { ...state, engaged: true, answers: { ...state.answers, [event.key]: event.value }, errors },
        [],
      ];
    }
    case "field_left":
      return [checkField(state, event.key), []];
    case "form_submitted":
      return submit(state, event.id, event.now);
    case "drafted":
      return draft(state, event.text, event.now);
    case "draft_sent":
      return sendDraft(state, event.id, event.now);
    case "hushed":
      return [{ ...state, status: null }, []];
    case "files_chosen":
      return chooseFiles(state, event.files, event.ids);
    case "upload_moved":
      return [{ ...state, uploads: changed(state.uploads, event.id, { sent: event.sent }) }, []];
    case "upload_arrived":
      return arrive(state, event.id, event.file, event.now);
    case "upload_failed":
      return upload(state, changed(state.uploads, event.id, { failed: event.error, sent: 0 }));
    case "upload_retried":
      return upload(state, changed(state.uploads, event.id, { failed: "", sent: 0 }));
    case "upload_dropped":
      return upload(state, without(state.uploads, event.id));
    case "picture_opened":
      return [{ ...state, engaged: true, viewed: event.file }, []];
    case "picture_closed":
      return closePicture(state);
    case "end_asked":
      return askEnd(state, event.now);
    case "end_declined":
      return [{ ...state, confirming: false }, []];
    case "end_confirmed":
      return confirmEnd(state, event.now);
    case "rating_chosen":
      return [{ ...state, engaged: true, rating: event.rating }, []];
    case "commented":
      return [{ ...state, engaged: true, comment: event.text.slice(0, comment_chars_max) }, []];
    case "rating_sent":
      return sendRating(state, event.now);
    case "email_typed":
      return [{ ...state, engaged: true, email: event.text, email_wrong: false }, []];
    case "transcript_asked":
      return askTranscript(state, event.now);
  }
}

function share(shown: State, session: Session): [State, Effect[]] {
  const { token } = shown.session;
  const replaced = token !== "" && token !== session.token;
  const state = replaced ? newState(newSession(), shown.tab, "", shown.visible) : shown;
  const before = state.session;
  const opened = session.window === "open" && before.window !== "open";
  let next: State = { ...state, session };
  if (session.opener === state.tab && opened) next.engaged = true;
  if (session.window !== "open") next.engaged = false;
  if (isSent(before, session)) next.answers = {};
  next = showRefused(startForm(next, before), before);
  if (!running(session)) next.confirming = false;
  const other = session.chat ? session.chat.id : "";
  if (before.chat && before.chat.id !== other)
    next = {
      ...next,
      draft: other ? "" : next.draft,
      viewed: null,
      rating: null,
      comment: "",
      email: "",
      email_wrong: false,
    };
  const files = next.uploads.filter((u) => session.chat && u.chat === session.chat.id);
  if (files.length !== next.uploads.length) next.uploads = files;

  const effects: Effect[] = [...tell(before, session)];
  if (replaced) effects.push({ do: "keep_draft", text: "" });
  if (next.uploads !== state.uploads) effects.push({ do: "upload", upload: nextUpload(next.uploads) });
  const now_on = screen(next);
  if (now_on !== "conversation" && now_on !== "ended") next.viewed = null;
  const changed = now_on !== screen(state);
  if (changed && next.engaged && now_on !== "none") {
    const fills_in = now_on !== "ended" && formOf(next.session);
    const on = now_on === "conversation" ? "composer" : fills_in ? "field" : "window";
    effects.push({ do: "focus", on });
  }
  if (state.engaged && session.window !== "open") effects.push({ do: "focus", on: "launcher" });
  const elsewhere = leads(before, session, state);
  if (elsewhere) effects.push({ do: "go", url: elsewhere });
  return notice(next, effects, before);
}

/** The address that takes the place of a chat: once, in the tab that asked or in which the visitor waited. */
function leads(before: Session, session: Session, { tab, visible }: State): string {
  const { alternative, chat } = session;
  const asked = alternative && alternative !== before.alternative && alternative.tab === tab;
  const waited =
    chat &&
    before.chat &&
    before.chat.id === chat.id &&
    before.chat.state !== "ended" &&
    visible &&
    chat.instead;
  const wanted = asked ? alternative.alternative : waited ? waited.alternative : null;
  return wanted && wanted.do === "url" && isWebAddress(wanted.url) ? wanted.url : "";
}

/** Reads out what is new and marks as read what is in front of the visitor. */
function notice(state: State, effects: Effect[], before?: Session): [State, Effect[]] {
  const { session } = state;
  const newest = session.messages[session.messages.length - 1];
  const shown = screen(state);
  const in_front = state.visible && !state.viewed && (shown === "conversation" || shown === "ended");
  if (newest && newest.from !== "visitor" && in_front && newest.seq > session.read_seq)
    effects.push({ do: "dispatch", event: { type: "read", seq: newest.seq } });
  const offer = session.offer && (shownOffer(state) || invitation(state));
  if (offer && state.visible && session.announced !== offer.id) {
    effects.push({ do: "hush" }, { do: "dispatch", event: { type: "announced", presentation: offer.id } });
    return [{ ...state, status: { say: "offer", offer } }, effects];
  }
  const last = before && before.messages[before.messages.length - 1];
  const news = newest && before && before.chat && newest.seq > (last ? last.seq : 0);
  if (news && isNews(newest) && shown === "none") {
    effects.push({ do: "hush" });
    const status: Status = isIdleWarning(newest)
      ? { say: "idle_warning" }
      : { say: "message", name: newest.name };
    return [{ ...state, status }, effects];
  }
  return [state, effects];
}

/** What the page's own listeners are told. */
function tell(before: Session, after: Session): Effect[] {
  const effects: Effect[] = [];
  const emit = (name: string, detail: unknown) => effects.push({ do: "emit", name, detail });
  if (after.offer && (!before.offer || before.offer.id !== after.offer.id))
    emit("offer", { id: after.offer.id });
  if ((before.window === "open") !== (after.window === "open"))
    emit(after.window === "open" ? "open" : "close", {});
  const was = before.chat ? before.chat.state : "";
  if (after.chat && after.chat.state !== was) emit("chat", { state: after.chat.state });
  return effects;
}

/** The form that stood there was taken; the server knows its answers now. */
function isSent({ chat, enquiry }: Session, after: Session): boolean {
  const now = after.chat;
  const entered = chat && now && chat.id === now.id && chat.state === "form" && now.state !== "form";
  const taken = after.enquiry && after.enquiry !== enquiry && after.enquiry.state === "taken";
  return (entered && now.state !== "ended") || !!taken;
}

function draft(state: State, text: string, now: number): [State, Effect[]] {
  const next: State = { ...state, engaged: true, draft: text.slice(0, message_chars_max) };
  const effects: Effect[] = [{ do: "keep_draft", text: next.draft }];
  if (!text || now - state.typed_at < typing_ms_min) return [next, effects];
  return [{ ...next, typed_at: now }, [...effects, { do: "dispatch", event: { type: "typed" } }]];
}

function sendDraft(state: State, id: string, now: number): [State, Effect[]] {
  const text = state.draft.trim();
  if (!text || screen(state) !== "conversation") return [state, []];
  return [
    { ...state, draft: "", typed_at: 0 },
    [
      { do: "dispatch", event: { type: "said", id, text, now } },
      { do: "keep_draft", text: "" },
      { do: "focus", on: "composer" },
    ],
  ];
}

function chooseFiles(state: State, files: File[], ids: string[]): [State, Effect[]] {
  const { chat } = state.session;
  if (!chat || !chat.files || screen(state) !== "conversation") return [state, []];
  return upload({ ...state, engaged: true }, chosen(state.uploads, chat.id, files, ids));
}

/** The file is on the server; now it goes into the conversation as a message. */
function arrive(state: State, id: string, file: MessageFile, now: number): [State, Effect[]] {
  if (!state.uploads.some((u) => u.id === id)) return [state, []];
  const [next, effects] = upload(state, without(state.uploads, id));
  return [next, [...effects, { do: "dispatch", event: { type: "said", id, text: "", file, now } }]];
}

function upload(state: State, uploads: Upload[]): [State, Effect[]] {
  return [{ ...state, uploads }, [{ do: "upload", upload: nextUpload(uploads) }]];
}

/** What came meanwhile is in front of the visitor again. */
function closePicture(state: State): [State, Effect[]] {
  const { viewed } = state;
  if (!viewed) return [state, []];
  return notice({ ...state, viewed: null }, [{ do: "focus", on: "picture", key: viewed.id }]);
}

/** Leaving needs a confirmation once there is something to lose. */
function askEnd(state: State, now: number): [State, Effect[]] {
  const shown = screen(state);
  const { chat } = state.session;
  if (chat && chat.launched) return [state, [{ do: "dispatch", event: { type: "closed", now } }]];
  if (shown === "queue" || shown === "conversation")
    return [{ ...state, confirming: true, engaged: true }, []];
  return [state, [{ do: "dispatch", event: { type: "closed", now } }]];
}

/** An address given with the confirmation is used; one that is wrong is asked for again, and nothing ends. */
function confirmEnd(state: State, now: number): [State, Effect[]] {
  const [next, effects] = state.email.trim() ? askTranscript(state, now) : [state, []];
  if (next.email_wrong) return [next, effects];
  return [
    { ...next, confirming: false },
    [...effects, { do: "dispatch", event: { type: "left", now } }, { do: "focus", on: "window" }],
  ];
}

function askTranscript(state: State, now: number): [State, Effect[]] {
  const email = state.email.trim();
  if (!isEmail(email)) return [{ ...state, email_wrong: true }, [{ do: "focus", on: "email" }]];
  return [state, [{ do: "dispatch", event: { type: "transcript_wanted", email, now } }]];
}

function sendRating(state: State, now: number): [State, Effect[]] {
  const { rating, comment } = state;
  if (rating === null) return [state, []];
  return [
    state,
    [
      { do: "dispatch", event: { type: "rated", rating, comment: comment.trim(), now } },
      { do: "focus", on: "window" },
    ],
  ];
}

export function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url);
}
