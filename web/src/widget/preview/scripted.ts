/**
 * The server's part, played: what it has said by the time a scene begins, and what it answers to what is done in the
 * preview. Pure; nothing is sent anywhere.
 */
import { type PreviewConfig, reasons, type Scene } from "../../api/preview";
import type {
  Message,
  OfferDesign,
  PresentedOffer,
  VisitorChat,
  VisitorFrame,
  VisitorNotice,
} from "../../api/wire";
import type { Session, WindowState } from "../session";
import { sampleIn } from "./sample";

const chat_id = "preview";
const agent = { name: "Alice" };
const ago_ms = 240_000;

/** How the window stands when a scene begins. */
export function windowOf(scene: Scene): WindowState {
  switch (scene) {
    case "launcher":
    case "unread":
    case "card":
    case "toast":
    case "banner":
    case "modal":
    case "inline":
    case "folded":
      return "closed";
    case "minimised":
      return "minimised";
    default:
      return "open";
  }
}

/** What the server has said. */
export function said(config: PreviewConfig, now: number): VisitorNotice[] {
  const { scene, styling } = config;
  const offer = presented(config);
  const chat = chatOf(config);
  const notices: VisitorNotice[] = [
    {
      type: "welcome",
      v: 1,
      token: "preview",
      visit: "preview",
      poll_interval_s: 10,
      signals: { scroll_percents: [], exit: false, inactivity_s: null },
      styling,
      open: true,
      offer,
      chat,
    },
  ];
  if (chat && (chat.state === "active" || chat.state === "ended"))
    notices.push(
      ...talk(config, now).map((message) => ({ type: "message" as const, chat: chat_id, message })),
    );
  if (scene === "form_errors") notices.push(refusedForm(config));
  if (reasons.some((reason) => reason === scene) || scene === "enquiry" || scene === "enquiry_taken")
    notices.push(instead(config));
  return notices;
}

/** What the server says to a frame. */
export function answer(frame: VisitorFrame, config: PreviewConfig, session: Session): VisitorNotice[] {
  const at = session.messages.length;
  switch (frame.type) {
    case "accept":
      return [
        { type: "settled", presentation: frame.presentation, outcome: "accepted" },
        { type: "chat", chat: newChat(config, "form") },
      ];
    case "reject":
      return [{ type: "settled", presentation: frame.presentation, outcome: "rejected" }];
    case "open_chat":
      return [{ type: "chat", chat: newChat(config, config.form.length ? "form" : "queued") }];
    case "send_form":
      return [{ type: "chat", chat: newChat(config, "queued") }];
    case "send_enquiry":
      return [{ type: "enquiry_taken", id: frame.id }];
    case "say":
      return [
        { type: "ack", chat: chat_id, id: frame.id, seq: at + 1 },
        { type: "read", chat: chat_id, seq: at + 1 },
      ];
    case "end_chat":
      return [
        { type: "chat", chat: { ...newChat(config, "ended"), ended_by: "visitor", survey: config.survey } },
      ];
    case "rate":
      return session.chat ? [{ type: "chat", chat: { ...session.chat, rated: true } }] : [];
    default:
      return [];
  }
}

function presented({ scene, design }: PreviewConfig): PresentedOffer | null {
  const form = formOf(scene);
  const shown = form || scene === "folded" || scene === "invitation";
  const own: OfferDesign = form ? { ...design, form } : design;
  return shown ? { id: "preview", presented_at: 0, folded: scene === "folded", design: own } : null;
}

function formOf(scene: Scene): OfferDesign["form"] | null {
  switch (scene) {
    case "card":
    case "toast":
    case "banner":
    case "modal":
    case "inline":
      return scene;
    default:
      return null;
  }
}

function chatOf(config: PreviewConfig): VisitorChat | null {
  switch (config.scene) {
    case "form":
    case "form_errors":
      return newChat(config, "form");
    case "queue":
      return { ...newChat(config, "queued"), position: 3, wait_s: 150 };
    case "alerted":
      return { ...newChat(config, "ringing"), position: 1 };
    case "unread":
    case "conversation":
    case "minimised":
      return newChat(config, "active");
    case "ended":
      return { ...newChat(config, "ended"), ended_by: "agent" };
    case "survey":
      return { ...newChat(config, "ended"), ended_by: "agent", survey: config.survey };
    case "transcript":
      return { ...newChat(config, "ended"), ended_by: "agent", transcript: "offered" };
    default:
      return null;
  }
}

function newChat(config: PreviewConfig, state: VisitorChat["state"]): VisitorChat {
  return {
    id: chat_id,
    state,
    ...(state === "form" ? { form: config.form } : {}),
    ...(state === "active" || state === "ended" ? { agent } : {}),
    ...(state === "queued" ? { position: 1, wait_s: 40 } : {}),
    last_seq: 0,
    agent_read_seq: 5,
    agent_delivered_seq: 5,
    visitor_read_seq: 0,
    visitor_delivered_seq: 5,
    files: true,
    transcript: "offered",
    ...(state === "ended" ? { transcript: undefined } : {}),
  };
}

function talk({ language, scene }: PreviewConfig, now: number): Message[] {
  const { hello, question, answer, thanks } = sampleIn(language);
  const lines: [Message["from"], string][] = [
    ["system", "agent_joined"],
    ["agent", hello],
    ["visitor", question],
    ["agent", answer],
    ["visitor", thanks],
  ];
  const length = scene === "unread" || scene === "minimised" ? 4 : lines.length;
  return lines.slice(0, length).map(([from, text], at) => ({
    seq: at + 1,
    id: `preview-${at}`,
    from,
    name: from === "agent" ? agent.name : "",
    text,
    at: now - ago_ms + at * 40_000,
  }));
}

function refusedForm({ form }: PreviewConfig): VisitorNotice {
  const field_errors: Record<string, string> = {};
  for (const field of form) if (field.required) field_errors[field.key] = "required";
  const [first] = form;
  if (first && !Object.keys(field_errors).length) field_errors[first.key] = "invalid";
  return { type: "form_refused", chat: chat_id, field_errors };
}

function instead(config: PreviewConfig): VisitorNotice {
  const { scene, enquiry, opens_at } = config;
  const reason = reasons.find((known) => known === scene) || "out_of_hours";
  const opens = opens_at === null || reason !== "out_of_hours" ? {} : { opens_at };
  const base = { type: "alternative" as const, reason, queue: "preview", ...opens };
  if (scene === reason) return { ...base, alternative: { do: "message", text: config.instead[reason] } };
  return { ...base, alternative: { do: "enquiry" }, form: enquiry };
}
