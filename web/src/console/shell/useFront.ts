/** Owns bringing a chat to the front (P-12, P-13): in the console while it has the focus, else by notification and mini window. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { useLocation } from "wouter";
import type { AgentOptions } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { workspaceKeys } from "../api/workspace";
import { TITLE_ID } from "../chats/focus";
import { notify } from "../live/attention";
import { useMini } from "../mini/MiniProvider";

export interface Call {
  chat: Chat;
  /** What happened: the option of that name decides. */
  option: keyof AgentOptions;
  title: string;
  body: string;
}

/** Every call is told by a notification while the console is elsewhere; with its option on, it stays until it is answered. */
export function useFront(): (call: Call) => void {
  const [, go] = useLocation();
  const queryClient = useQueryClient();
  const mini = useMini();
  return useCallback(
    ({ chat, option, title, body }) => {
      const wanted = queryClient.getQueryData<AgentOptions>(workspaceKeys.options)?.[option] ?? false;
      const open = () => {
        go(`/chats/${chat.id}`);
        requestAnimationFrame(() => document.getElementById(TITLE_ID)?.focus());
      };
      if (document.hasFocus()) {
        if (wanted && location.pathname !== `/chats/${chat.id}`) open();
        return;
      }
      if (wanted) mini.front(chat.id);
      if (mini.hasFocus()) return;
      notify({ tag: `${option}-${chat.id}`, title, body, open, stays: wanted });
    },
    [go, queryClient, mini],
  );
}
