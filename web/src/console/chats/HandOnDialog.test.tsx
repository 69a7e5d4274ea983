// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { ConversationHead } from "./ConversationHead";
import { HandOnDialog } from "./HandOnDialog";

const told: string[] = [];
vi.mock("../ui/notify", () => ({ told: (text: string) => told.push(text), warned: () => {} }));
vi.mock("../live/LiveProvider", () => ({ useLive: () => ({ transfer: async () => {} }) }));

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  told.length = 0;
});

const CHAT = { id: "c1", site_id: "s1", visitor_name: "Kari", agent: { id: "alice" }, guests: [] };

/** Somebody puts Alice's chat into the one open queue. */
async function putIntoQueue(id: string, role: SessionUser["role"]) {
  let open = true;
  const chat = CHAT as unknown as Chat;
  const mounted = await mount(
    <UserContext.Provider value={{ id, role } as SessionUser}>
      <HandOnDialog chat={chat} purpose="transfer" opened onClose={() => (open = false)} />
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

// spec: N-5
it("gives the focus back to the button that opened it", async () => {
  const chat = {
    ...CHAT,
    state: "active",
    queue: { name: "Sales" },
    watchers: [],
    call: null,
    requested_at: 0,
  };
  page = await mount(
    <UserContext.Provider value={{ id: "alice", role: "agent" } as SessionUser}>
      <ConversationHead chat={chat as unknown as Chat} onDetails={null} />
    </UserContext.Provider>,
    () => ({ items: [], next: null }),
  );
  const { element, click, until } = page;
  const button = element.querySelector<HTMLElement>('[aria-label="Transfer the chat"]');
  button?.focus();
  await click(button);
  const dialog = () => document.querySelector('[role="dialog"]');
  await until(() => dialog()?.contains(document.activeElement));
  const cancel = [...(dialog()?.querySelectorAll("button") ?? [])].find(
    (one) => one.textContent === "Cancel",
  );
  await click(cancel);
  await until(() => dialog() === null);
  await until(() => document.activeElement === button);
});
