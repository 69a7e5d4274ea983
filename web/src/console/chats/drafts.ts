/** Owns the drafts of unsent messages, one a chat, kept in this browser over reloads. */
const PREFIX = "beckon.console.draft.";

export function readDraft(chat: string): string {
  return localStorage.getItem(PREFIX + chat) ?? "";
}

export function keepDraft(chat: string, text: string): void {
  if (text === "") localStorage.removeItem(PREFIX + chat);
  else localStorage.setItem(PREFIX + chat, text);
  window.dispatchEvent(new CustomEvent("beckon-draft", { detail: chat }));
}
