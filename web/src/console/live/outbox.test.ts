import { describe, expect, it } from "vitest";
import { backoff_ms, isFinalClose } from "./backoff";
import { type OutboxEntry, parseOutbox, unsent, withEntry, withoutEntry, withRefusal } from "./outbox";

const entry = (id: string): OutboxEntry => ({ id, chat: "c", epoch: 1, text: id, at: 0 });

describe("messages that are not acknowledged", () => {
  // spec: X-1
  it("are sent again in the order of writing, under the same ids, until acknowledged or refused", () => {
    let outbox = withEntry(withEntry(withEntry([], entry("a")), entry("b")), entry("c"));
    outbox = withRefusal(withoutEntry(outbox, "a"), "b", "stale_owner");
    expect(unsent(outbox).map(({ id }) => id)).toEqual(["c"]);
    expect(outbox.map(({ id, refused }) => [id, refused])).toEqual([
      ["b", "stale_owner"],
      ["c", undefined],
    ]);
  });

  it("survive a reload, and what is no outbox does not", () => {
    expect(parseOutbox(JSON.stringify([entry("a")]))).toEqual([entry("a")]);
    expect(parseOutbox("{")).toEqual([]);
    expect(parseOutbox('[{"id":1},null]')).toEqual([]);
    expect(parseOutbox(null)).toEqual([]);
  });
});

describe("connecting again", () => {
  it("waits longer each time, within a bound, spread by chance", () => {
    expect(backoff_ms(0, 0)).toBe(250);
    expect(backoff_ms(3, 0.5)).toBe(3_000);
    expect(backoff_ms(50, 0.999)).toBeLessThanOrEqual(15_000);
  });

  it("stops when the server would refuse again, not when it asks for patience", () => {
    expect([1000, 1006, 4000, 4408, 4429].some(isFinalClose)).toBe(false);
    expect([4400, 4401, 4403, 4413].every(isFinalClose)).toBe(true);
  });
});
