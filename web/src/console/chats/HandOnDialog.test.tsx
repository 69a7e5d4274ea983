// @vitest-environment happy-dom
import { act, useState } from "react";
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

const ACTIVE = {
  ...CHAT,
  state: "active",
  queue: { name: "Sales" },
  watchers: [],
  call: null,
  requested_at: 0,
} as unknown as Chat;

/** Alice's chat, which may begin to ring at Bob. */
async function head() {
  let change: (chat: Chat) => void = () => {};
  function Shown() {
    const [chat, setChat] = useState(ACTIVE);
    change = setChat;
    return <ConversationHead chat={chat} onDetails={null} />;
  }
  const mounted = await mount(
    <UserContext.Provider value={{ id: "alice", role: "agent" } as SessionUser}>
      <Shown />
    </UserContext.Provider>,
    () => ({ items: [], next: null }),
  );
  page = mounted;
  const button = mounted.element.querySelector<HTMLButtonElement>('[aria-label="Transfer the chat"]');
  const call = { to: { id: "bob", name: "Bob" } } as Chat["call"];
  return {
    ...mounted,
    button,
    rings: (at_bob: boolean) => act(async () => change({ ...ACTIVE, call: at_bob ? call : null })),
    dialog: () => document.querySelector('[role="dialog"]'),
  };
}

// spec: N-5
it("gives the focus back to the button that opened it", async () => {
  const { click, until, button, dialog } = await head();
  button?.focus();
  await click(button);
  await until(() => dialog()?.contains(document.activeElement));
  const cancel = [...(dialog()?.querySelectorAll("button") ?? [])].find(
    (one) => one.textContent === "Cancel",
  );
  await click(cancel);
  await until(() => dialog() === null);
  await until(() => document.activeElement === button);
});

// spec: N-5 Q-9
it("keeps the focus on its button, which says why it opens nothing, while the chat rings at somebody", async () => {
  const { click, until, button, dialog, rings } = await head();
  button?.focus();
  await rings(true);
  expect(button?.disabled).toBe(false);
  expect(button?.getAttribute("aria-disabled")).toBe("true");
  expect(button?.getAttribute("aria-label")).toBe("Transfer the chat. Rings at Bob");
  expect(document.activeElement).toBe(button);
  await click(button);
  expect(dialog()).toBeNull();
  await rings(false);
  await click(button);
  await until(dialog);
});
