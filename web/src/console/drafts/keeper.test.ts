import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDraftKeeper, type DraftParts, KeepFailure, type StoredDraft } from "./keeper";

/** A server with one draft a chat, which refuses what knows an older version. */
function server() {
  const drafts = new Map<string, StoredDraft>();
  const found = (chat: string) => drafts.get(chat) ?? { text: "", version: 0 };
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
        keep: async (chat, { text, version }) => {
          await this.held;
          if (this.down) throw new KeepFailure("later");
          if (found(chat).version !== version) throw new KeepFailure("stale");
          this.writes += 1;
          drafts.set(chat, { text, version: version + 1 });
          return found(chat);
        },
        hand: (chat, { text, version }) => drafts.set(chat, { text, version: version + 1 }),
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
    for (const text of ["G", "Go", "Goo", "Good"]) keeper.change("c", text);
    expect(shop.writes).toBe(0);
    await vi.advanceTimersByTimeAsync(700);
    expect([shop.writes, shop.drafts.get("c")?.text]).toEqual([1, "Good"]);
    for (let n = 0; n < 10; n += 1) {
      keeper.change("c", `Good ${n}`);
      await vi.advanceTimersByTimeAsync(400);
    }
    expect(shop.writes).toBeGreaterThan(1);
  });

  it("are there in another browser", async () => {
    const shop = server();
    createDraftKeeper(shop.parts()).change("c", "Good morning");
    await vi.advanceTimersByTimeAsync(700);
    const elsewhere = createDraftKeeper(shop.parts());
    await elsewhere.load("c");
    expect(elsewhere.read("c").text).toBe("Good morning");
  });

  it("never take the place of a newer one unasked", async () => {
    const shop = server();
    const [here, there] = [createDraftKeeper(shop.parts()), createDraftKeeper(shop.parts())];
    here.change("c", "From here");
    await vi.advanceTimersByTimeAsync(700);
    there.change("c", "From there");
    await vi.advanceTimersByTimeAsync(700);
    expect(there.read("c")).toEqual({ text: "From there", conflict: "From here" });
    expect(shop.drafts.get("c")?.text).toBe("From here");
    there.decide("c", "mine");
    await vi.advanceTimersByTimeAsync(700);
    expect(shop.drafts.get("c")?.text).toBe("From there");
    await here.load("c");
    expect(here.read("c")).toEqual({ text: "From there", conflict: null });
  });

  it("are gone once they are sent, however late what was under way arrives", async () => {
    const shop = server();
    const keeper = createDraftKeeper(shop.parts());
    keeper.change("c", "Good morning");
    await vi.advanceTimersByTimeAsync(700);
    // The server empties it with the message itself, under the version that it has.
    shop.drafts.set("c", { text: "", version: 1 });
    keeper.sent("c");
    keeper.change("c", "And");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shop.drafts.get("c")).toEqual({ text: "And", version: 3 });
    expect(keeper.read("c")).toEqual({ text: "And", conflict: null });
  });

  it("do not come back when they were sent while they were on their way", async () => {
    const shop = server();
    const keeper = createDraftKeeper(shop.parts());
    keeper.change("c", "Good morning");
    let release = () => {};
    shop.held = new Promise((resolve) => {
      release = resolve;
    });
    await vi.advanceTimersByTimeAsync(700);
    keeper.flush();
    expect(shop.drafts.get("c"), "the same once more, should it never arrive").toEqual({
      text: "Good morning",
      version: 1,
    });
    shop.drafts.clear();
    keeper.sent("c");
    keeper.flush();
    expect(shop.drafts.get("c"), "the page goes away: what is under way arrives first").toEqual({
      text: "",
      version: 2,
    });
    shop.drafts.clear();
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(shop.drafts.get("c")).toEqual({ text: "", version: 2 });
  });

  it("wait for the server while it is away", async () => {
    const shop = server();
    const keeper = createDraftKeeper(shop.parts());
    shop.down = true;
    keeper.change("c", "Good");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(shop.drafts.size).toBe(0);
    shop.down = false;
    await vi.advanceTimersByTimeAsync(40_000);
    expect(shop.drafts.get("c")?.text).toBe("Good");
  });

  it("survive a reload of the page before they reached the server", () => {
    const parts = server().parts();
    createDraftKeeper(parts).change("c", "Good");
    expect(createDraftKeeper(parts).read("c").text).toBe("Good");
  });
});
