// @vitest-environment happy-dom
import { act, type ReactNode, useState } from "react";
import { afterEach, expect, it } from "vitest";
import { handOnFocus } from "./handOnFocus";
import { type Mounted, mount } from "./mounted";

let page: Mounted | undefined;
afterEach(() => page?.unmount());

/** `gone` has the focus, and `next` comes in its place. */
async function replaced(next: ReactNode, { before = false, elsewhere = false } = {}) {
  let go: () => void = () => {};
  function Page() {
    const [here, setHere] = useState(true);
    go = () => setHere(false);
    return (
      <main tabIndex={-1} id="main">
        <button type="button">Far before</button>
        <section>
          {before && (
            <ul>
              <li>
                <a href="/first">First</a>
              </li>
              <li>
                <a href="/last">Last</a>
              </li>
            </ul>
          )}
          {here ? (
            <div ref={handOnFocus}>
              <button type="button">Gone</button>
            </div>
          ) : (
            next
          )}
        </section>
        <button type="button">Far after</button>
      </main>
    );
  }
  page = await mount(<Page />, () => undefined);
  const button = (name: string) =>
    [...document.querySelectorAll("button")].find((one) => one.textContent === name);
  button(elsewhere ? "Far after" : "Gone")?.focus();
  await act(async () => go());
  return document.activeElement?.id || document.activeElement?.textContent;
}

const LOADED = (
  <>
    <p>Loaded</p>
    <input aria-haspopup="listbox" />
    <div>
      <a href="/one">One</a>
    </div>
    <a href="/two">Two</a>
  </>
);

// spec: N-5
it("the focus goes from what is gone to what has come in its place", async () => {
  expect(await replaced(LOADED, { before: true })).toBe("One");
});

// spec: N-5
it("the focus goes to what stands before where nothing has come that takes it", async () => {
  expect(await replaced(<p>Empty</p>, { before: true })).toBe("Last");
});

// spec: N-5
it("the focus goes to what stands around where nothing else is there", async () => {
  expect(await replaced(null)).toBe("main");
});

// spec: N-5
it("the focus stays where it is when what goes does not have it", async () => {
  expect(await replaced(LOADED, { elsewhere: true })).toBe("Far after");
});
