import { expect, it } from "vitest";
import { markOf } from "./mark";

// spec: Q-8
it("says of each message whether it was sent, delivered or read", () => {
  const chat = { visitor_read_seq: 2, visitor_delivered_seq: 4 };
  expect([1, 2, 3, 4, 5].map((seq) => markOf(chat, seq))).toEqual([
    "read",
    "read",
    "delivered",
    "delivered",
    "sent",
  ]);
});
