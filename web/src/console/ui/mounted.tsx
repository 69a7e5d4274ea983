/** Owns mounting parts of the console in a test, in happy-dom, before a server that answers from a table. */
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { i18next } from "../i18n";
import { areas } from "../locales/en/areas";
import { theme } from "../theme";

export interface Sent {
  method: string;
  path: string;
  body: unknown;
}

/** What it says to a request, at once or later; undefined is an empty answer. */
type Answers = (sent: Sent) => unknown;

export interface Mounted {
  /** All that was sent, except for what was only read. */
  changes: Sent[];
  client: QueryClient;
  element: HTMLElement;
  /** Waits until it holds. */
  until(holds: () => unknown): Promise<void>;
  type(field: Element | null, text: string): Promise<void>;
  click(target: Element | null | undefined): Promise<void>;
  unmount(): Promise<void>;
}

const WAIT_MS_MAX = 10_000;

export async function mount(page: ReactNode, answers: Answers): Promise<Mounted> {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  i18next.addResourceBundle("en", "translation", areas, true);
  // What happy-dom lacks: a text area hears there that its font has come.
  if (!("fonts" in document)) Object.assign(document, { fonts: new EventTarget() });
  const changes: Sent[] = [];
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    const sent = { method: init.method ?? "GET", path: url.replace("/api/v1", ""), body: parsed(init.body) };
    if (sent.method !== "GET") changes.push(sent);
    const answer = await answers(sent);
    return answer instanceof Response ? answer : Response.json(answer ?? {});
  }) as typeof fetch;
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const element = document.body.appendChild(document.createElement("div"));
  const root = createRoot(element);
  await act(async () =>
    root.render(
      <MantineProvider env="test" theme={theme} withCssVariables={false} withGlobalClasses={false}>
        <QueryClientProvider client={client}>{page}</QueryClientProvider>
      </MantineProvider>,
    ),
  );
  const settle = () => act(async () => void (await new Promise((resolve) => setTimeout(resolve, 5))));
  return {
    changes,
    client,
    element,
    async until(holds) {
      const end = Date.now() + WAIT_MS_MAX;
      while (!holds()) {
        if (Date.now() > end) throw new Error(`It did not come to it: ${element.textContent}`);
        await settle();
      }
    },
    type: (field, text) =>
      act(async () => {
        if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) {
          throw new Error("The field is shown");
        }
        const own = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value");
        own?.set?.call(field, text);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }),
    click: (target) =>
      act(async () => {
        if (!(target instanceof HTMLElement)) throw new Error("It is shown");
        target.click();
      }),
    unmount: () =>
      act(async () => {
        root.unmount();
        element.remove();
      }),
  };
}

/** The field with this label. */
export function field(within: ParentNode, label: string): Element | null {
  const found = [...within.querySelectorAll("label")].find((one) => one.textContent?.startsWith(label));
  return found ? document.getElementById(found.htmlFor) : null;
}

function parsed(body: unknown): unknown {
  return typeof body === "string" ? JSON.parse(body) : null;
}
