/** What is measured inside the page, by its own clock. Runs in the browser; imports nothing. */

export interface Measure {
  /** The addresses of the first chats of the list. */
  chats(count: number): string[];
  /** Opens a chat by its row, and says how long it took until it was on screen. */
  open(href: string): Promise<number>;
  /** Goes to a page with nothing on it. */
  empty(which: number): Promise<number>;
  /** Goes to a page, and waits until there is something of this kind. */
  to(path: string, selector: string): Promise<number>;
  /** Asks the API, and reads the whole answer. */
  ask(path: string): Promise<number>;
  /** Adds a field that does nothing. */
  bare(): void;
  /** Gets ready for a key in the bare field, or in the composer. */
  listen(bare: boolean): void;
  /** Gets ready for the key that sends. */
  listenToLog(): void;
  /** How long the key took until what it did was on screen. */
  echo(): Promise<number>;
  /** Takes the bare field away. */
  clear(): void;
  /** Scrolls the list that holds this: the length of each frame. */
  scroll(selector: string): Promise<number[]>;
}

export function measure(): void {
  const patience_ms = 30_000;
  let echoed: Promise<number> = Promise.resolve(0);
  let field: HTMLTextAreaElement | null = null;

  /** After the next frame has been painted. */
  const painted = () =>
    new Promise<number>((done) => {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now());
        channel.port2.postMessage(null);
      });
    });

  /** Looks after every change of the page; nothing is waited for by the clock. */
  const until = (is: () => boolean, what: string) =>
    new Promise<void>((done, fail) => {
      if (is()) return done();
      const timer = setTimeout(() => fail(new Error(`${what} did not come`)), patience_ms);
      const observer = new MutationObserver(() => {
        if (!is()) return;
        observer.disconnect();
        clearTimeout(timer);
        done();
      });
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    });

  const composer = () => document.querySelector<HTMLTextAreaElement>("textarea[aria-autocomplete]");
  const log = () => document.querySelector<HTMLElement>('[role="log"]');
  const scrolled = (from: Element | null) => {
    let at = from;
    while (
      at &&
      !(at.scrollHeight > at.clientHeight + 40 && /auto|scroll/.test(getComputedStyle(at).overflowY))
    )
      at = at.parentElement;
    return at;
  };

  const to = async (path: string, is: () => boolean) => {
    const began = performance.now();
    history.pushState(null, "", path);
    await until(is, path);
    return (await painted()) - began;
  };

  /** The time of the key, then of the paint after `is` holds. */
  const after = (target: HTMLElement, is: () => boolean) => {
    echoed = new Promise((done) => {
      target.addEventListener(
        "keydown",
        async (event) => {
          await until(is, "an echo");
          done((await painted()) - event.timeStamp);
        },
        { once: true, capture: true },
      );
    });
  };

  window.bench = {
    chats: (count) =>
      Array.from(document.querySelectorAll('li a[href^="/chats/"]'))
        .slice(0, count)
        .map((link) => link.getAttribute("href") ?? ""),
    async open(href) {
      const link = document.querySelector<HTMLElement>(`a[href="${href}"]`);
      if (!link) {
        const list = await to("/chats", () => document.querySelector(`a[href="${href}"]`) !== null);
        if (Number.isNaN(list)) throw new Error("no list");
        return window.bench.open(href);
      }
      const name = link.querySelector("span[class*=name]")?.textContent ?? "";
      const began = performance.now();
      link.click();
      const is = () =>
        document.querySelector("#chat-title")?.textContent === name &&
        (log()?.textContent ?? "").includes(`of ${name.toLowerCase()}:`);
      await until(is, href);
      return (await painted()) - began;
    },
    empty: (which) =>
      to(`/nothing-${which}`, () => log() === null && document.querySelector("tbody tr td") === null),
    to: (path, selector) => to(path, () => document.querySelector(selector) !== null),
    async ask(path) {
      const sites = await (await fetch("/api/v1/sites")).json();
      const began = performance.now();
      const answer = await fetch(`/api/v1${path.replace("{site}", sites.items[0].id)}`);
      if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
      await answer.json();
      return performance.now() - began;
    },
    bare() {
      field = document.body.appendChild(document.createElement("textarea"));
    },
    listen(bare) {
      const target = bare ? field : composer();
      if (!target) throw new Error("there is no field");
      target.focus();
      const before = target.value;
      // A field's value is no mutation: look when the page has taken the input.
      echoed = new Promise((done) => {
        target.addEventListener(
          "keydown",
          (event) => {
            target.addEventListener(
              "input",
              async () => {
                const at = await painted();
                if (target.value === before) throw new Error("nothing was typed");
                done(at - event.timeStamp);
              },
              { once: true },
            );
          },
          { once: true, capture: true },
        );
      });
    },
    listenToLog() {
      const target = composer();
      if (!target) throw new Error("there is no composer");
      target.focus();
      const said = target.value;
      const before = (log()?.textContent ?? "").split(said).length;
      after(target, () => (log()?.textContent ?? "").split(said).length > before);
    },
    echo: () => echoed,
    clear() {
      field?.remove();
      field = null;
    },
    async scroll(selector) {
      let plain: HTMLElement | null = null;
      if (selector === "plain") {
        plain = document.body.appendChild(document.createElement("div"));
        plain.style.cssText =
          "position:fixed;inset:0 auto 0 0;width:300px;overflow-y:auto;background:#fff;z-index:9";
        for (let line = 0; line < 200; line += 1) {
          const row = plain.appendChild(document.createElement("div"));
          row.style.height = "54px";
          row.textContent = `Line ${line}`;
        }
      }
      const frame = plain ?? scrolled(document.querySelector(selector));
      if (!frame) throw new Error(`nothing scrolls around ${selector}`);
      frame.scrollTop = 0;
      const frames: number[] = [];
      let last = await new Promise<number>(requestAnimationFrame);
      const end = last + 2_000;
      while (last < end) {
        frame.scrollTop += 40;
        if (frame.scrollTop + frame.clientHeight >= frame.scrollHeight - 1) frame.scrollTop = 0;
        const at = await new Promise<number>(requestAnimationFrame);
        frames.push(at - last);
        last = at;
      }
      plain?.remove();
      return frames;
    },
  };
}
