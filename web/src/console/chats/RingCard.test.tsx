// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import type { Chat } from "../../api/wire";
import { UserContext } from "../shell/user";
import { type Mounted, mount } from "../ui/mounted";
import { RingCard } from "./RingCard";

vi.mock("../live/LiveProvider", () => ({ useLive: () => ({ accept }), useLiveState: () => true }));

/** What the server has not answered yet. */
let done: () => void;

function accept(): Promise<void> {
  return new Promise((resolve) => {
    done = resolve;
  });
}

let page: Mounted;
afterEach(() => page.unmount());

const KARI = {
  id: "kari",
  state: "ringing",
  visitor_name: "Kari",
  agent: { id: "alice", name: "Alice" },
  call: null,
  page: null,
  offer: null,
  queue: { id: "sales", name: "Sales" },
  ring_due_at: 0,
  screen_pop: null,
} as unknown as Chat;

beforeEach(async () => {
  history.pushState({}, "", "/visitors");
  const user = { id: "alice", role: "agent" } as SessionUser;
  page = await mount(
    <UserContext.Provider value={user}>
      <RingCard chat={KARI} />
    </UserContext.Provider>,
    () => undefined,
  );
  await page.click(page.element.querySelector('[aria-label="Accept the chat with Kari"]'));
});

it("opens the chat that was accepted, whichever page it rang on", async () => {
  await act(async () => done());
  expect(location.pathname).toBe("/chats/kari");
});

it("leaves who has gone elsewhere before the answer came where they are", async () => {
  await act(async () => history.pushState({}, "", "/history"));
  await act(async () => done());
  expect(location.pathname).toBe("/history");
});
