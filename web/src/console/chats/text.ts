/** Owns the words for what happened in a chat: system messages, refusals, the line below a name. Pure. */
import type { TFunction } from "i18next";
import type { Chat, RefusalCode } from "../../api/wire";

/** A system message names a key; one that is not known here is shown as it came. */
export function systemText(text: string, name: string, t: TFunction): string {
  switch (text) {
    case "agent_joined":
    case "handed_over":
    case "guest_left":
    case "transfer_offered":
    case "invited":
    case "call_declined":
    case "call_unanswered":
    case "not_written":
      return t(`chats.system.${text}`, { name: name || t("chats.conversation.agent") });
    case "transferred":
    case "idle_warning":
    case "idle_closed":
    case "agent_left":
    case "visitor_left":
    case "visitor_returned":
    case "chat_ended":
    case "queue_timed_out":
    case "queue_closed":
    case "queue_moved":
    case "form_given_up":
      return t(`chats.system.${text}`);
    default:
      return text.replaceAll("_", " ");
  }
}

export function refusalText(code: RefusalCode, t: TFunction): string {
  switch (code) {
    case "chat_closed":
    case "not_yours":
    case "stale_owner":
    case "too_large":
    case "too_many":
      return t(`chats.refusal.${code}`);
    default:
      return t("chats.refusal.other", { code });
  }
}

/** To the agent who had the chat: who has it now, or that it waits. Ringing at somebody else it waits too. */
export function handedOverText(chat: Chat, t: TFunction): string {
  const visitor = chat.visitor_name;
  return chat.state === "active" && chat.agent
    ? t("chats.team.handed_over", { name: chat.agent.name, visitor })
    : t("chats.team.requeued", { visitor });
}

/** The second line of a row in the list. */
export function previewOf(chat: Chat, me: string, place: number | undefined, t: TFunction): string {
  if (chat.state === "ringing" && chat.agent) return t("chats.list.ringing_at", { name: chat.agent.name });
  if (place !== undefined) return `${t("chats.list.place", { n: place })} · ${chat.queue.name}`;
  if (chat.state === "active" && chat.agent && chat.agent.id !== me) {
    return t("chats.list.with", { name: chat.agent.name });
  }
  if (chat.state === "ended" && chat.ended_by) return t(`chats.ended_by.${chat.ended_by}`);
  const last = chat.last_message;
  if (last === null) return chat.queue.name;
  if (last.from === "system") return systemText(last.text, last.name, t);
  const text = last.text || (last.file === null ? "" : t("chats.list.file", { name: last.file }));
  if (last.from !== "agent") return text;
  return last.name === chat.agent?.name
    ? t("chats.list.you", { text })
    : t("chats.list.by", { name: last.name, text });
}
