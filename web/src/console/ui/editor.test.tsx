// @vitest-environment happy-dom
/** Editing one thing while somebody else changes it too: the hook, mounted as the pages mount it. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, describe, expect, it } from "vitest";
import { changes } from "./changes";
import { type Editor, useEditor } from "./editor";
import "../i18n";

interface Shop {
  name: string;
  channel_on: boolean;
  plan: { ring_time_s: number; title: string };
}

const SHOP: Shop = { name: "Sales", channel_on: true, plan: { ring_time_s: 20, title: "Chat" } };

let root: Root | undefined;
afterEach(() => act(() => root?.unmount()));

/** A page that edits what is stored; `sent` is what its saving named. */
async function page({ asks }: { asks: boolean }) {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const held: { editor: Editor<Shop> | null } = { editor: null };
  const server = { stored: SHOP, sent: [] as Partial<Shop>[] };
  const client = new QueryClient();
  root = createRoot(document.createElement("div"));
  function Page({ stored }: { stored: Shop }) {
    held.editor = useEditor<Shop, Shop>({
      initial: structuredClone(stored),
      validate: () => ({}),
      save: async (values, before) => {
        server.sent.push(changes(before, values));
        return values;
      },
      now: asks ? async () => server.stored : undefined,
    });
    return null;
  }
  const show = (stored: Shop) =>
    act(async () =>
      root?.render(
        <QueryClientProvider client={client}>
          <Page stored={stored} />
        </QueryClientProvider>,
      ),
    );
  const form = () => {
    if (!held.editor) throw new Error("it is shown");
    return held.editor.form;
  };
  const set = (path: string, value: unknown) => act(async () => form().setFieldValue(path, value as never));
  const save = () =>
    act(async () => {
      held.editor?.submit();
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
  await show(server.stored);
  return { server, show, form, set, save };
}

// spec: Q-1 C-1
describe("a form whose thing somebody else changes meanwhile", () => {
  it("shows what they changed, keeps what was typed, and gives up to them what was not", async () => {
    const { show, form, set } = await page({ asks: false });
    await set("name", "Orders");
    await show({ ...SHOP, channel_on: false, plan: { ...SHOP.plan, ring_time_s: 40 } });
    expect(form().values).toEqual({
      name: "Orders",
      channel_on: false,
      plan: { ring_time_s: 40, title: "Chat" },
    });
    expect([form().isDirty(), form().isDirty("name"), form().isDirty("channel_on")]).toEqual([
      true,
      true,
      false,
    ]);
    await act(async () => form().reset());
    expect(form().values).toMatchObject({ name: "Sales", channel_on: false });
  });

  it("names in a save only what was changed in it", async () => {
    const { server, set, save, form } = await page({ asks: false });
    await set("name", "Orders");
    await save();
    expect(server.sent).toEqual([{ name: "Orders" }]);
    expect(form().isDirty()).toBe(false);
    await set("channel_on", false);
    await save();
    expect(server.sent[1]).toEqual({ channel_on: false });
  });

  it("saves a part of a group on top of the other parts as they are stored by then", async () => {
    const { server, set, save } = await page({ asks: true });
    await set("plan.title", "Ask us");
    server.stored = { ...SHOP, name: "Elsewhere", plan: { ...SHOP.plan, ring_time_s: 40 } };
    await save();
    expect(server.sent).toEqual([{ plan: { ring_time_s: 40, title: "Ask us" } }]);
  });

  it("keeps the words at a field that was refused", async () => {
    const { show, form, set } = await page({ asks: false });
    await set("name", "");
    await act(async () => form().setFieldError("name", "A name is required."));
    await show({ ...SHOP, channel_on: false });
    expect(form().errors).toEqual({ name: "A name is required." });
  });
});
