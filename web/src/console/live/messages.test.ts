import { describe, expect, it } from "vitest";
import type { Message } from "../../api/wire";
import { contiguousSeq, hasGap, mergeMessages, unreadCount } from "./messages";

function message(seq: number, from: Message["from"] = "visitor"): Message {
  return { seq, id: `m${seq}`, from, name: "", text: `text ${seq}`, at: seq * 1000 };
}

describe("messages of a conversation", () => {
  // spec: Q-7
  it("stand in the order of their numbers, each once, however they arrive", () => {
    const held = mergeMessages([], [message(3), message(1)]);
    const merged = mergeMessages(held, [message(2), message(3), message(3), message(4)]);
    expect(merged.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it("stay the same list when nothing is new, so that nothing is drawn again", () => {
    const held = mergeMessages([], [message(1), message(2)]);
    expect(mergeMessages(held, [message(2)])).toBe(held);
  });

  // spec: X-1
  it("show a gap, and from where to ask", () => {
    const held = [message(1), message(2), message(5)];
    expect(contiguousSeq(held)).toBe(2);
    expect(hasGap(held, 5)).toBe(true);
    expect(hasGap([message(1)], 2)).toBe(true);
    expect(hasGap([message(1), message(2)], 2)).toBe(false);
    expect(contiguousSeq([message(2)])).toBe(0);
  });

  it("count as unread only when the visitor wrote them after the last one read", () => {
    const held = [message(1, "system"), message(2), message(3, "agent"), message(4), message(5, "system")];
    const chat = { last_seq: 5, last_message: { from: "system" } };
    expect(unreadCount(chat, held, 2)).toBe(1);
    expect(unreadCount({ ...chat, last_message: { from: "visitor" } }, undefined, 2)).toBe(3);
    expect(unreadCount(chat, undefined, 2)).toBe(0);
  });
});
