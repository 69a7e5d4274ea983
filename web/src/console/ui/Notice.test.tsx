// @vitest-environment happy-dom
import { Alert } from "@mantine/core";
import { act, useState } from "react";
import { afterEach, expect, it } from "vitest";
import { type Mounted, mount } from "./mounted";
import { Notice } from "./Notice";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

// spec: N-5
it("what is there from the first paint is a note, and read aloud once it has gone and comes back", async () => {
  let set: (shown: { early: boolean; late: boolean }) => void = () => {};
  function Page() {
    const [{ early, late }, change] = useState({ early: true, late: false });
    set = change;
    return (
      <>
        <Alert>Fixed</Alert>
        <Notice when={early}>Early</Notice>
        <Notice when={late}>Late</Notice>
      </>
    );
  }
  page = await mount(<Page />, () => undefined);
  const { element } = page;
  const shows = (early: boolean, late: boolean) => act(async () => set({ early, late }));
  const roles = () => [...element.querySelectorAll("[role]")].map((one) => `${one.role} ${one.textContent}`);
  expect(roles()).toEqual(["note Fixed", "note Early"]);
  await shows(true, true);
  expect(roles()).toEqual(["note Fixed", "note Early", "alert Late"]);
  await shows(false, false);
  await shows(true, true);
  expect(roles()).toEqual(["note Fixed", "alert Early", "alert Late"]);
});
