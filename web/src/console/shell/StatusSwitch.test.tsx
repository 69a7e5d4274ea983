// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, it, vi } from "vitest";
import type { SessionUser } from "../../api/rest";
import { keys } from "../api/queries";
import { type Mounted, mount } from "../ui/mounted";
import { StatusSwitch } from "./StatusSwitch";
import { UserContext } from "./user";

const LIVE = {
  connection: { state: "open" },
  standing: { status: "ready", reason: "self", away_reason: null, since: 0 },
  slots: 3,
};
vi.mock("../live/LiveProvider", () => ({
  useLive: () => ({}),
  useLiveState: (pick: (state: unknown) => unknown) => pick(LIVE),
}));

let page: Mounted | undefined;
afterEach(() => page?.unmount());

// spec: Q-4
it("says how many slots are in use, also when that changes while it is open", async () => {
  const alice = { id: "alice", name: "Alice" };
  const bob = { id: "bob", name: "Bob" };
  const own = { id: "own", state: "active", agent: alice, guests: [], call: null };
  const joined = { id: "joined", state: "active", agent: bob, guests: [alice], call: null };
  page = await mount(
    <UserContext.Provider value={{ ...alice, role: "agent" } as SessionUser}>
      <StatusSwitch />
    </UserContext.Provider>,
    ({ path }) => {
      if (path.startsWith("/chats?")) return { items: [own, joined], next: null };
      if (path === "/me") return { slots: 3, slots_used: 1, queues: [] };
      return { away_reasons: [] };
    },
  );
  const { element, until, click, client } = page;
  await click(element.querySelector("button"));
  await until(() => document.body.textContent?.includes("1 of 3 slots in use"));
  await until(() => client.isFetching() === 0);
  const second = { ...own, id: "second", state: "ringing" };
  await act(async () => client.setQueryData(keys.chats, [own, joined, second]));
  await until(() => document.body.textContent?.includes("2 of 3 slots in use"));
});
