// @vitest-environment happy-dom
import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { AgentOptions } from "../../api/rest";
import { workspaceKeys } from "../api/workspace";
import { field, type Mounted, mount } from "../ui/mounted";
import { OptionsDialog } from "./OptionsDialog";

vi.mock("../mini/MiniProvider", () => ({ useMini: () => ({ supported: false }) }));

const NEW_CHAT = "Bring chat window to the top when a new chat session is started.";
const NEW_MESSAGE = "Bring chat window to the top when a new message is received.";
const NEITHER: AgentOptions = { top_on_new_chat: false, top_on_new_message: false };
const CHATS_ALONE: AgentOptions = { ...NEITHER, top_on_new_chat: true };
const MESSAGES_ALONE: AgentOptions = { ...NEITHER, top_on_new_message: true };

let page: Mounted | undefined;
const closed = vi.fn();
const asked = vi.fn();

afterEach(async () => {
  await page?.unmount();
  vi.clearAllMocks();
  vi.unstubAllGlobals();
});

async function dialog(options: AgentOptions, answer: (chosen: unknown) => unknown = (chosen) => chosen) {
  const mounted = await mount(<OptionsDialog opened onClose={closed} />, ({ method, body }) =>
    method === "PATCH" ? answer(body) : options,
  );
  page = mounted;
  await mounted.until(() => field(document, NEW_CHAT));
  const ticked = () =>
    [NEW_CHAT, NEW_MESSAGE].map((label) => (field(document, label) as HTMLInputElement).checked);
  const press = (name: string) =>
    mounted.click([...document.querySelectorAll("button")].find((one) => one.textContent === name));
  return {
    ...mounted,
    ticked,
    tick: (label: string) => mounted.click(field(document, label) as HTMLElement),
    cancel: () => press("Cancel"),
    async ok() {
      await act(async () => document.querySelector("form")?.requestSubmit());
    },
  };
}

const withPermission = (permission: string) =>
  vi.stubGlobal("Notification", { permission, requestPermission: asked });

// spec: P-12 P-13
it.each([
  ["new chats", CHATS_ALONE, [true, false]],
  ["new messages", MESSAGES_ALONE, [false, true]],
] as const)("shows that the option for %s alone is on", async (_, options, shown) => {
  const { ticked } = await dialog(options);
  expect(ticked()).toEqual(shown);
});

// spec: P-12 P-13
it.each([
  ["switches the option for new chats alone on", NEITHER, NEW_CHAT, CHATS_ALONE],
  ["switches the option for new messages alone on", NEITHER, NEW_MESSAGE, MESSAGES_ALONE],
  ["switches the option for new chats off again", CHATS_ALONE, NEW_CHAT, NEITHER],
  ["switches the option for new messages off again", MESSAGES_ALONE, NEW_MESSAGE, NEITHER],
])("%s with OK", async (_, before, label, after) => {
  const { tick, ok, until, changes, client } = await dialog(before);
  await tick(label);
  expect(changes).toEqual([]);
  await ok();
  await until(() => closed.mock.calls.length > 0);
  expect(changes).toEqual([{ method: "PATCH", path: "/me/options", body: after }]);
  expect(client.getQueryData(workspaceKeys.options)).toEqual(after);
});

// spec: P-12 P-13
it("changes nothing with Cancel", async () => {
  const { tick, cancel, changes, client } = await dialog(NEITHER);
  await tick(NEW_CHAT);
  await cancel();
  expect(closed).toHaveBeenCalledOnce();
  expect(changes).toEqual([]);
  expect(client.getQueryData(workspaceKeys.options)).toEqual(NEITHER);
});

// spec: P-12 P-13
it("says that the options were not saved, and keeps what was chosen", async () => {
  const { tick, ok, until, ticked } = await dialog(NEITHER, () =>
    Response.json({ title: "Broken", detail: "The server failed.", status: 500 }, { status: 500 }),
  );
  await tick(NEW_MESSAGE);
  await ok();
  const alert = () => document.querySelector('form [role="alert"]')?.textContent;
  await until(alert);
  expect(alert()).toBe("The options were not saved. The server failed.");
  expect([ticked(), closed.mock.calls]).toEqual([[false, true], []]);
});

// spec: P-12 P-13
it.each([
  ["asks, for new chats", "default", NEW_CHAT, 1],
  ["asks, for new messages", "default", NEW_MESSAGE, 1],
  ["does not ask once it was refused, for new chats", "denied", NEW_CHAT, 0],
  ["does not ask once it was given, for new messages", "granted", NEW_MESSAGE, 0],
])("%s, whether the browser may call the agent", async (_, permission, label, times) => {
  withPermission(permission);
  const { tick, ok } = await dialog(NEITHER);
  await tick(label);
  await ok();
  expect(asked).toHaveBeenCalledTimes(times);
});

// spec: P-12 P-13
it("asks the browser nothing where neither option is on", async () => {
  withPermission("default");
  const { tick, ok } = await dialog(CHATS_ALONE);
  await tick(NEW_CHAT);
  await ok();
  expect(asked).not.toHaveBeenCalled();
});
