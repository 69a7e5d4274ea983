import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createNotedKeeper, type Noted } from "./noted";

const noted = (note: string): Noted => ({ disposition: "", tags: [], note });

/** A server that keeps what it is sent, unless it is away or refuses it. */
function server() {
  const shop = {
    has: new Map<string, string>(),
    writes: [] as string[],
    fails: null as "away" | "refused" | null,
    /** A write waits for this before it is kept. */
    held: Promise.resolve(),
    keeper: createNotedKeeper({
      keep: async (chat, noted) => {
        const { note } = noted;
        await shop.held;
        if (shop.fails) throw new Error(shop.fails);
        shop.writes.push(note);
        shop.has.set(chat, note);
        return noted;
      },
      hand: (chat, { note }) => shop.has.set(chat, note),
      kept: () => undefined,
      passes: (error) => (error as Error).message === "away",
    }),
  };
  return shop;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

// spec: Q-10
describe("what is noted of a chat", () => {
  it("is kept a moment after the typing stops, without a press of a button", async () => {
    const shop = server();
    for (const note of ["W", "Wa", "Wants four"]) shop.keeper.change("c", noted(note));
    expect(shop.keeper.pending("c")).toEqual(noted("Wants four"));
    await vi.advanceTimersByTimeAsync(700);
    expect([shop.writes, shop.keeper.pending("c")]).toEqual([["Wants four"], null]);
  });

  it("is kept at once when the chat is left, what was written last in the end", async () => {
    const shop = server();
    let release = () => {};
    shop.held = new Promise((resolve) => {
      release = resolve;
    });
    shop.keeper.change("c", noted("Wants"));
    await vi.advanceTimersByTimeAsync(700);
    shop.keeper.change("c", noted("Wants four"));
    const left = shop.keeper.keep("c");
    expect(shop.keeper.pending("c"), "who comes back meanwhile finds it").toEqual(noted("Wants four"));
    release();
    await left;
    expect(shop.writes).toEqual(["Wants", "Wants four"]);
  });

  it("is tried again while the server is away, and not when it is refused", async () => {
    const shop = server();
    shop.fails = "away";
    shop.keeper.change("c", noted("Wants four"));
    await expect(shop.keeper.keep("c")).rejects.toThrow("away");
    shop.fails = null;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(shop.writes).toEqual(["Wants four"]);
    shop.fails = "refused";
    shop.keeper.change("c", noted("Wants five"));
    await expect(shop.keeper.keep("c")).rejects.toThrow("refused");
    shop.fails = null;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(shop.writes).toEqual(["Wants four"]);
    expect(shop.keeper.pending("c")).toEqual(noted("Wants five"));
  });

  it("is handed over when the page goes away", () => {
    const shop = server();
    shop.keeper.change("c", noted("Wants four"));
    shop.keeper.flush();
    expect(shop.has.get("c")).toBe("Wants four");
  });
});
