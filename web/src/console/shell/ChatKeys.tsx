/** Owns the keys that work on every page of the console: from chat to chat, what rings, and the dialogs. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import type { Chat } from "../../api/wire";
import { neighbour } from "../chats/items";
import { useRinging } from "../chats/RingCard";
import { listenForShortcuts, useShortcut } from "../keys/useShortcut";
import { told } from "../ui/notify";
import type { DialogName } from "./AccountMenu";
import { useChatGroups } from "./Attention";

export function ChatKeys({ onDialog }: { onDialog(name: DialogName): void }) {
  const { t } = useTranslation();
  const [path, go] = useLocation();
  const groups = useChatGroups();
  useEffect(() => listenForShortcuts(window), []);

  const open = /^\/chats\/(.+)$/.exec(path)?.[1] ?? null;
  const step = (by: 1 | -1) => {
    const to = neighbour(groups, open, by);
    if (to === null) told(t("chats.list.empty_title"));
    else go(`/chats/${to}`);
  };
  useShortcut("next", () => step(1));
  useShortcut("previous", () => step(-1));
  useShortcut("search", () => go("/chats"), !path.startsWith("/chats"));
  useShortcut("sheet", () => onDialog("sheet"));
  useShortcut("options", () => onDialog("options"));
  const ringing = groups.ringing[0];
  return ringing ? <RingKeys key={ringing.id} chat={ringing} /> : null;
}

function RingKeys({ chat }: { chat: Chat }) {
  const { accept, decline, pending } = useRinging(chat);
  useShortcut("accept", accept, pending === null);
  useShortcut("decline", decline, pending === null);
  return null;
}
