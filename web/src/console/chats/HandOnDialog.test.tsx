// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { HandOnDialog } from "./HandOnDialog";

const told: string[] = [];
vi.mock("../ui/notify", () => ({ told: (text: string) => told.push(text) }));
vi.mock("../live/LiveProvider", () => ({ useLive: () => ({ transfer: async () => {} }) }));

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  told.length = 0;
});

/** Somebody puts Alice's chat into the one open queue. */
async function putIntoQueue(id: string, role: SessionUser["role"]) {
  const chat = { id: "c1", site_id: "s1", visitor_name: "Kari", agent: { id: "alice" }, guests: [] };
  let open = true;
  const mounted = await mount(
    <UserContext.Provider value={{ id, role } as SessionUser}>
      <HandOnDialog chat={chat as unknown as Chat} purpose="transfer" onClose={() => (open = false)} />
    </UserContext.Provider>,
    () => ({ items: [{ id: "q1", name: "Sales", channel_on: true, open_now: true }], next: null }),
  );
  page = mounted;
  const input = (value: string) => document.querySelector<HTMLElement>(`input[value="${value}"]`);
  await mounted.click(input("queue"));
  await mounted.until(() => input("q1"));
  await mounted.click(input("q1"));
  await act(async () => document.querySelector("form")?.requestSubmit());
  await mounted.until(() => !open);
}

// spec: Q-9
it("says nothing of its own to the agent who had the chat: that it waits again comes with the chat", async () => {
  await putIntoQueue("alice", "agent");
  expect(told).toEqual([]);
});

// spec: Q-9
it("says where the chat is to a supervisor who did not have it", async () => {
  await putIntoQueue("sue", "supervisor");
  expect(told).toEqual(["The chat waits in the queue."]);
});
