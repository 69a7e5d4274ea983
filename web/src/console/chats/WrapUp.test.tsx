// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { Chat } from "../../api/wire";
import { field, type Mounted, mount } from "../ui/mounted";
import { NotedProvider } from "./NotedProvider";
import { WrapUp } from "./WrapUp";

const closed: string[] = [];
vi.mock("../live/LiveProvider", () => ({ useLive: () => ({ closeChat }) }));

async function closeChat(chat: string) {
  closed.push(chat);
}

let page: Mounted | undefined;
afterEach(async () => {
  await page?.unmount();
  closed.length = 0;
});

interface Noted {
  disposition: string;
  tags: string[];
  note: string;
}

/** A chat that came to `stored`, in a queue that offers `offered`; the server refuses what is in neither. */
async function wrapUp({ stored, offered }: { stored: string; offered: string[] }) {
  const server = { offered, noted: { disposition: stored, tags: [], note: "" } as Noted };
  const chat = { id: "c1", queue: { id: "q1" }, answers: [], wrap_up_due_at: null, noted: server.noted };
  const mounted = await mount(
    <NotedProvider>
      <WrapUp chat={chat as unknown as Chat} />
    </NotedProvider>,
    ({ method, body }) => {
      if (method === "GET") {
        const conduct = { dispositions: server.offered, disposition_required: true, tags: [] };
        return { id: "q1", plan: { conduct } };
      }
      const { disposition } = body as Noted;
      if (![...server.offered, stored, ""].includes(disposition)) {
        const errors = [{ pointer: "/disposition", detail: "is not one of the queue's" }];
        return Response.json({ title: "Wrong", status: 422, code: "invalid", errors }, { status: 422 });
      }
      server.noted = body as Noted;
      return new Response(null, { status: 204 });
    },
  );
  page = mounted;
  const { element, until, click } = mounted;
  await until(() => field(element, "Came to"));
  const choose = async (name: string) => {
    await click(field(element, "Came to") as HTMLElement);
    const options = () => [...document.querySelectorAll('[role="option"]')];
    await until(() => options().some((one) => one.textContent === name));
    await click(options().find((one) => one.textContent === name));
  };
  const close = () => click(element.querySelector('button[type="submit"]'));
  return { ...mounted, server, choose, close };
}

const chosenIn = (element: HTMLElement) => (field(element, "Came to") as HTMLInputElement | null)?.value;

// spec: Q-10
it("keeps the note when an admin has taken the chosen disposition away, and asks to choose again", async () => {
  const { server, element, until, type, choose, close } = await wrapUp({
    stored: "",
    offered: ["Sale", "Advice"],
  });
  await choose("Sale");
  server.offered = ["Advice"];
  await type(field(element, "Note"), "Wants four");
  await close();
  await until(() => element.textContent?.includes("“Sale” is no longer offered. Choose again"));
  expect(server.noted).toEqual({ disposition: "", tags: [], note: "Wants four" });
  expect(closed).toEqual([]);
  await until(() => chosenIn(element) === "");
  await choose("Advice");
  await close();
  await until(() => closed.length > 0);
  expect(server.noted).toEqual({ disposition: "Advice", tags: [], note: "Wants four" });
});

// spec: Q-10
it("keeps by itself what was typed beside a disposition that is gone, before the time runs out", async () => {
  const { server, element, until, type, choose } = await wrapUp({ stored: "", offered: ["Sale", "Advice"] });
  await choose("Sale");
  server.offered = ["Advice"];
  await type(field(element, "Note"), "Wants four");
  await until(() => server.noted.note === "Wants four");
  await act(() => page?.client.invalidateQueries());
  await until(() => element.textContent?.includes("“Sale” is no longer offered"));
});

it("still shows the disposition that is noted already, though the queue offers it no longer", async () => {
  const { server, element, until, type, close } = await wrapUp({ stored: "Sale", offered: ["Advice"] });
  expect(chosenIn(element)).toBe("Sale");
  await type(field(element, "Note"), "Wants four");
  await close();
  await until(() => closed.length > 0);
  expect(server.noted).toEqual({ disposition: "Sale", tags: [], note: "Wants four" });
});

// spec: Q-10 N-5
it("lets what the chat came to be chosen by keys alone", async () => {
  const { element, server, until, close } = await wrapUp({ stored: "", offered: ["Sold", "Advice only"] });
  const came_to = field(element, "Came to");
  const press = (code: string) =>
    act(async () => came_to?.dispatchEvent(new KeyboardEvent("keydown", { key: code, code, bubbles: true })));
  const at = () => document.getElementById(came_to?.getAttribute("aria-activedescendant") ?? "")?.textContent;
  await press("ArrowDown");
  await until(() => at() === "Sold");
  await press("ArrowDown");
  await until(() => at() === "Advice only");
  await press("Enter");
  await until(() => chosenIn(element) === "Advice only");
  await close();
  await until(() => closed.length === 1);
  expect(server.noted.disposition).toBe("Advice only");
});
