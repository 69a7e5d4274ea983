import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { AgentNotice } from "../../api/wire";
import { keys } from "../api/queries";
import { workspaceKeys } from "../api/workspace";
import { type NoticeContext, takeNotice } from "./notices";
import { createLiveStore } from "./store";

// spec: Q-6 A-1
it("a new connection asks again for what may have changed while there was none", () => {
  const queryClient = new QueryClient();
  const shown = [
    [...keys.enquiries, "s1"],
    keys.enquiry("e1"),
    keys.chats,
    keys.chat("c1"),
    workspaceKeys.options,
  ];
  for (const key of shown) queryClient.setQueryData(key, {});
  const nothing = { sendAll() {} };
  const store = createLiveStore([], {});
  const context = { queryClient, store, outgoing: nothing, marks: nothing } as unknown as NoticeContext;
  takeNotice(context, { type: "welcome", status: "ready", slots: 3 } as unknown as AgentNotice);
  const stale = shown.map((key) => queryClient.getQueryState(key)?.isInvalidated);
  expect(stale).toEqual(shown.map(() => true));
});
