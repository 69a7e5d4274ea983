// @vitest-environment happy-dom
import { useQuery } from "@tanstack/react-query";
import { act } from "react";
import { afterEach, expect, it } from "vitest";
import { request } from "../api/http";
import { type Mounted, mount } from "./mounted";
import { Loaded } from "./states";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

function People() {
  const query = useQuery({ queryKey: ["people"], queryFn: () => request<string[]>("GET", "/people") });
  return (
    <Loaded query={query}>
      {(names) =>
        names.map((name) => (
          <a key={name} href={name}>
            {name}
          </a>
        ))
      }
    </Loaded>
  );
}

// spec: N-5
it("who asks again keeps the focus until there is an answer, and then has it in what has come", async () => {
  let answer: (with_it: unknown) => void = () => {};
  page = await mount(<People />, () => new Promise((resolve) => (answer = resolve)));
  const { element, until, click } = page;
  const fails = () => act(async () => answer(Response.json({ title: "Away", status: 503 }, { status: 503 })));
  const alert = () => element.querySelector('[role="alert"]');
  const again = () => element.querySelector<HTMLElement>('[role="alert"] button');
  const busy = () => again()?.hasAttribute("aria-busy");
  await fails();
  await until(again);
  const pressed = again();
  const said = [...(alert()?.querySelectorAll("span") ?? [])].find((one) => one.textContent === "Away");
  expect(said).toBeDefined();
  pressed?.focus();
  await click(pressed);
  await until(busy);
  expect(alert()?.textContent).toContain("This could not be loaded");
  await fails();
  await until(() => !busy());
  expect(document.activeElement).toBe(pressed);
  expect(said?.isConnected, "what is new is read aloud").toBe(false);
  await click(pressed);
  await until(busy);
  await act(async () => answer(["Kari", "Ola"]));
  await until(() => alert() === null);
  expect(document.activeElement?.textContent).toBe("Kari");
});
