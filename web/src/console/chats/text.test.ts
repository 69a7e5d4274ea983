import type { TFunction } from "i18next";
import { expect, it } from "vitest";
import type { Chat } from "../../api/wire";
import { handedOverText, previewOf } from "./text";

const t = ((key: string, values: Record<string, string>) =>
  `${key} ${Object.values(values ?? {}).join()}`.trim()) as unknown as TFunction;

function preview(last: Partial<NonNullable<Chat["last_message"]>>): string {
  const chat = { state: "active", agent: { id: "a", name: "Alice" }, last_message: { file: null, ...last } };
  return previewOf(chat as Chat, "a", undefined, t);
}

// spec: A-1 Q-9
it("the line below a name says who has written, left or joined, also when that is a guest", () => {
  expect(preview({ from: "visitor", name: "", text: "Hello" })).toBe("Hello");
  expect(preview({ from: "agent", name: "Alice", text: "Hello" })).toBe("chats.list.you Hello");
  expect(preview({ from: "agent", name: "Bob", text: "Hello" })).toBe("chats.list.by Bob,Hello");
  expect(preview({ from: "system", name: "Bob", text: "guest_left" })).toBe("chats.system.guest_left Bob");
});

// spec: Q-9
it("an agent whose chat rings at somebody else is not told that they have it", () => {
  const gone = (state: Chat["state"]) =>
    handedOverText({ visitor_name: "Kari", agent: { id: "b", name: "Bob" }, state } as Chat, t);
  expect(gone("active")).toBe("chats.team.handed_over Bob,Kari");
  expect(gone("ringing")).toBe("chats.team.requeued Kari");
});
