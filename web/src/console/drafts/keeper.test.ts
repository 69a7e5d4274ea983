import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDraftKeeper, type DraftParts, KeepFailure, type StoredDraft } from "./keeper";

/** A server with one draft a chat, which refuses what knows an older version. */
function server() {
  const drafts = new Map<string, StoredDraft>();
  const found = (chat: string) => drafts.get(chat) ?? { text: "", audience: "all" as const, version: 0 };
  return {
    drafts,
    writes: 0,
    down: false,
    /** A write that waits for this before it is kept. */
    held: Promise.resolve(),
    parts(): DraftParts {
      const local = new Map<string, string>();
      return {
        find: async (chat) => found(chat),
        keep: async (chat, { text, audience, version }) => {
          await this.held;
          if (this.down) throw new KeepFailure("later");
          if (found(chat).version !== version) throw new KeepFailure("stale");
          this.writes += 1;
          drafts.set(chat, { text, audience, version: version + 1 });
          return found(chat);
        },
        hand: (chat, { text, audience, version }) =>
          drafts.set(chat, { text, audience, version: version + 1 }),
        storage: {
          getItem: (key) => local.get(key) ?? null,
          setItem: (key, value) => void local.set(key, value),
          removeItem: (key) => void local.delete(key),
        },
        prefix: "draft.",
      };
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

// spec: A-1
describe("drafts", () => {
  it("reach the server a moment after the typing stops, and after three seconds at the latest", async () => {
    const shop = server();
    const keeper = createDraftKeeper(shop.parts());
    for (const text of ["G", "Go", "Goo", "Good"]) keeper.change("c", text, "all");
    expect(shop.writes).toBe(0);
    await vi.advanceTimersByTimeAsync(700);
    expect([shop.writes, shop.drafts.get("c")?.text]).toEqual([1, "Good"]);
    for (let n = 0; n < 10; n += 1) {
      keeper.change("c", `Good ${n}`, "all");
      await vi.advanceTimersByTimeAsync(400);
    }
    expect(shop.writes).toBeGreaterThan(1);
  });

  it("are there in another browser", async () => {
    const shop = server();
    createDraftKeeper(shop.parts()).change("c", "Good morning", "all");
    await vi.advanceTimersByTimeAsync(700);
    const elsewhere = createDraftKeeper(shop.parts());
    await elsewhere.load("c");
    expect(elsewhere.read("c").text).toBe("Good morning");
  });

  it("never take the place of a newer one unasked", async () => {
    const shop = server();
    const [here, there] = [createDraftKeeper(shop.parts()), createDraftKeeper(shop.parts())];
    here.change("c", "From here", "all");
    await vi.advanceTimersByTimeAsync(700);
    there.change("c", "From there", "all");
    await vi.advanceTimersByTimeAsync(700);
    expect(there.read("c")).toEqual({ text: "From there", audience: "all", conflict: "From here" });
    expect(shop.drafts.get("c")?.text).toBe("From here");
    there.decide("c", "mine");
    await vi.advanceTimersByTimeAsync(700);
    expect(shop.drafts.get("c")?.text).toBe("From there");
    await here.load("c");
    expect(here.read("c")).toEqual({ text: "From there", audience: "all", conflict: null });
  });

  it("are gone once they are sent, however late what was under way arrives", async () => {
    const shop = server();
    const keeper = createDraftKeeper(shop.parts());
    keeper.change("c", "Good morning", "all");
    await vi.advanceTimersByTimeAsync(700);
    // The server empties it with the message itself, under the version that it has.
    shop.drafts.set("c", { text: "", audience: "all", version: 1 });
    keeper.sent("c", "all");
    keeper.change("c", "And", "all");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shop.drafts.get("c")).toEqual({ text: "And", audience: "all", version: 3 });
    expect(keeper.read("c")).toEqual({ text: "And", audience: "all", conflict: null });
  });

  it("do not come back when they were sent while they were on their way", async () => {
    const shop = server();
    const keeper = createDraftKeeper(shop.parts());
    keeper.change("c", "Good morning", "all");
    let release = () => {};
    shop.held = new Promise((resolve) => {
      release = resolve;
    });
    await vi.advanceTimersByTimeAsync(700);
    keeper.flush();
    expect(shop.drafts.get("c"), "the same once more, should it never arrive").toEqual({
      text: "Good morning",
      audience: "all",
      version: 1,
    });
    shop.drafts.clear();
    keeper.sent("c", "all");
    keeper.flush();
    expect(shop.drafts.get("c"), "the page goes away: what is under way arrives first").toEqual({
      text: "",
      audience: "all",
      version: 2,
    });
    shop.drafts.clear();
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(shop.drafts.get("c")).toEqual({ text: "", audience: "all", version: 2 });
  });

  it("wait for the server while it is away", async () => {
    const shop = server();
    const keeper = createDraftKeeper(shop.parts());
    shop.down = true;
    keeper.change("c", "Good", "all");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(shop.drafts.size).toBe(0);
    shop.down = false;
    await vi.advanceTimersByTimeAsync(40_000);
    expect(shop.drafts.get("c")?.text).toBe("Good");
  });

  it("survive a reload of the page before they reached the server", () => {
    const parts = server().parts();
    createDraftKeeper(parts).change("c", "Good", "all");
    expect(createDraftKeeper(parts).read("c").text).toBe("Good");
  });
});

// spec: Q-9 X-6
describe("a note to the team that is not sent yet", () => {
  it("is one still after a reload, and in another browser", async () => {
    const shop = server();
    const parts = shop.parts();
    const before = createDraftKeeper(parts);
    before.change("c", "Haggles", "staff");
    before.close();
    const after = createDraftKeeper(parts);
    expect(after.read("c").audience).toBe("staff");
    after.change("c", "Haggles a lot", "staff");
    await vi.advanceTimersByTimeAsync(700);
    const elsewhere = createDraftKeeper(shop.parts());
    await elsewhere.load("c");
    expect(elsewhere.read("c")).toEqual({ text: "Haggles a lot", audience: "staff", conflict: null });
  });

  it("is kept anew when only whom it is for changes, and stays a note when two browsers differ on that", async () => {
    const shop = server();
    const [here, there] = [createDraftKeeper(shop.parts()), createDraftKeeper(shop.parts())];
    here.change("c", "Haggles", "staff");
    await vi.advanceTimersByTimeAsync(700);
    here.change("c", "Haggles", "all");
    await vi.advanceTimersByTimeAsync(700);
    expect(shop.drafts.get("c")).toEqual({ text: "Haggles", audience: "all", version: 2 });
    await here.load("c");
    here.change("c", "Haggles", "staff");
    await vi.advanceTimersByTimeAsync(700);
    there.change("c", "Haggles", "all");
    await there.load("c");
    expect(there.read("c")).toEqual({ text: "Haggles", audience: "staff", conflict: null });
  });

  it("leaves the next text to whom the agent says", () => {
    const keeper = createDraftKeeper(server().parts());
    keeper.change("c", "Haggles", "staff");
    keeper.sent("c", "staff");
    expect(keeper.read("c")).toEqual({ text: "", audience: "staff", conflict: null });
    keeper.sent("c", "all");
    expect(keeper.read("c").audience).toBe("all");
  });
});

// spec: Q-9
describe("messages that were not taken", () => {
  it("are a draft again, in their order, before what was begun meanwhile", async () => {
    const shop = server();
    const parts = shop.parts();
    const keeper = createDraftKeeper(parts);
    keeper.change("c", "Third", "all");
    keeper.giveBack("c", { text: "First", audience: "all" });
    keeper.giveBack("c", { text: "Second", audience: "all" });
    expect(createDraftKeeper(parts).read("c").text, "also after a reload").toBe("First\nSecond\nThird");
    await vi.advanceTimersByTimeAsync(700);
    expect(shop.drafts.get("c")?.text).toBe("First\nSecond\nThird");
  });

  it("are a note again if they were one, and never for the visitor together with one", () => {
    const keeper = createDraftKeeper(server().parts());
    keeper.giveBack("c", { text: "Haggles", audience: "staff" });
    expect(keeper.read("c")).toMatchObject({ text: "Haggles", audience: "staff" });
    keeper.giveBack("c", { text: "Good morning", audience: "all" });
    expect(keeper.read("c")).toMatchObject({ text: "Haggles\nGood morning", audience: "staff" });
    keeper.sent("c", "staff");
    keeper.giveBack("c", { text: "Good morning", audience: "all" });
    expect(keeper.read("c")).toMatchObject({ text: "Good morning", audience: "all" });
  });
});
