// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { keys, useOpenChats } from "../api/queries";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { ChatList } from "./ChatList";
import { ConversationHead } from "./ConversationHead";

const LIVE = { typing: {}, standing: null };
let transferred: () => void;
vi.mock("../live/LiveProvider", () => ({
  useLive: () => ({ transfer: () => new Promise<void>((resolve) => (transferred = resolve)) }),
  useLiveState: (pick: (state: unknown) => unknown) => pick(LIVE),
  useUnread: () => 0,
}));
vi.mock("../drafts/DraftsProvider", () => ({ useHasDraft: () => false }));
vi.mock("../ui/notify", () => ({ told: () => {}, warned: () => {} }));

let page: Mounted | undefined;
beforeEach(() => {
  // A list draws no rows where it has no height.
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
});
afterEach(async () => {
  await page?.unmount();
  vi.restoreAllMocks();
});

const alice = { id: "alice", name: "Alice" };
const QUEUE = { id: "q1", name: "Sales" };
const OWN = {
  id: "own",
  site_id: "s1",
  visitor_name: "Kari",
  state: "active",
  agent: alice,
  queue: QUEUE,
  guests: [],
  watchers: [],
  answers: [],
  call: null,
  last_message: null,
  unanswered_since: null,
  requested_at: 0,
  answered_at: 1,
  priority: 0,
} as unknown as Chat;
const OTHER = { ...OWN, id: "other", visitor_name: "Ola", answered_at: 0 };

function Workspace() {
  const own = useOpenChats().data?.find(({ id }) => id === "own");
  return (
    <>
      <ChatList open="own" />
      {own && <ConversationHead chat={own} onDetails={null} />}
    </>
  );
}

/** Alice puts her chat into a queue; whether it goes before that is said to be done is the caller's. */
async function putIntoQueue(chats: Chat[]) {
  const mounted = await mount(
    <UserContext.Provider value={{ ...alice, role: "agent" } as SessionUser}>
      <Workspace />
    </UserContext.Provider>,
    ({ path }) => {
      if (path.startsWith("/chats?")) return { items: chats, next: null };
      if (path.startsWith("/workspace")) return { wait_amber_s: 30, wait_red_s: 60 };
      return { items: [{ ...QUEUE, channel_on: true, open_now: true }], next: null };
    },
  );
  page = mounted;
  const button = () => mounted.element.querySelector<HTMLElement>('[aria-label="Transfer the chat"]');
  const input = (value: string) => document.querySelector<HTMLElement>(`input[value="${value}"]`);
  await mounted.until(button);
  button()?.focus();
  await mounted.click(button());
  await mounted.click(input("queue"));
  await mounted.until(() => input("q1"));
  await mounted.click(input("q1"));
  await act(async () => document.querySelector("form")?.requestSubmit());
  const gone: Chat = { ...OWN, state: "queued", agent: null, queued_at: 5 };
  return {
    ...mounted,
    button,
    done: () => act(async () => transferred()),
    goes: () =>
      act(async () =>
        mounted.client.setQueryData<Chat[]>(keys.chats, (held) =>
          held?.map((chat) => (chat.id === "own" ? gone : chat)),
        ),
      ),
  };
}

// spec: N-5
it("gives the focus to the next chat of the list once the own one is in a queue", async () => {
  const { until, button, done, goes } = await putIntoQueue([OWN, OTHER]);
  await done();
  await until(() => document.activeElement === button());
  await goes();
  await until(() => document.activeElement?.getAttribute("href") === "/chats/other");
});

// spec: N-5
it("gives the focus to the list where there is no other chat, also when the chat goes before that is done", async () => {
  const { until, done, goes, element } = await putIntoQueue([OWN]);
  await goes();
  await until(() => document.activeElement === element.querySelector("nav"));
  await done();
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Chats");
});
