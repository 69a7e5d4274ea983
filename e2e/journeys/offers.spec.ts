/** When an offer comes, when it does not, and what becomes of it. */
import type { Page } from "@playwright/test";
import { changeOffer, changeRule, changeSettings } from "../support/admin.ts";
import type { Agent } from "../support/agent.ts";
import { anotherVisitor, expect, inGerman, test } from "../support/journey.ts";
import { Visitor } from "../support/visitor.ts";

interface Presentation {
  outcome: string | null;
  accepted_late_at: number | null;
}

interface Visit {
  id: string;
  page_views: number;
}

interface Decision {
  reason: string | null;
  rules: { latched: boolean; blocked: string | null }[];
}

async function onlyVisit(agent: Agent): Promise<Visit | undefined> {
  return (await agent.read<{ items: Visit[] }>("/visits")).items[0];
}

async function presentations(agent: Agent): Promise<Presentation[]> {
  const visit = await onlyVisit(agent);
  if (!visit) throw new Error("a visitor is on the site");
  return (await agent.read<{ presentations: Presentation[] }>(`/visits/${visit.id}`)).presentations;
}

/** Whether a rule has qualified and only the gate holds its offer back. */
async function isHeldBack(agent: Agent): Promise<boolean> {
  const visit = await onlyVisit(agent);
  if (!visit) return false;
  const { rules } = await agent.read<Decision>(`/visits/${visit.id}/decision`);
  return rules.some(({ latched, blocked }) => latched && blocked === "no_agent");
}

async function setAway(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Status:/ }).click();
  await page.getByRole("menuitem", { name: /^Away New chats/ }).click();
  await expect(page.getByRole("button", { name: /^Status: Away/ })).toBeVisible();
}

// spec: O-1, O-11, O-14
test("no agent, no offer; and an open one is taken back when the last agent goes", async ({
  visitor,
  agent,
}) => {
  await setAway(agent.page);
  await visitor.page.goto("/product/oslo-chair");
  await expect.poll(() => isHeldBack(agent), { timeout: 20_000 }).toBe(true);
  await expect(visitor.accept).toBeHidden();
  expect(await presentations(agent)).toEqual([]);

  // The rule has qualified; nothing but the gate held it back, and nothing was used up.
  await agent.ready();
  await expect(visitor.accept).toBeVisible({ timeout: 8_000 });
  await setAway(agent.page);
  await expect(visitor.accept).toBeHidden();
  await expect
    .poll(async () => (await presentations(agent)).map(({ outcome }) => outcome))
    .toEqual(["withdrawn"]);
});

// spec
test("the third look at the prices brings the offer, also on the page after it", async ({
  visitor,
  agent,
}) => {
  await setAway(agent.page);
  for (let view = 1; view <= 3; view++) {
    await visitor.page.goto("/prices");
    await expect(visitor.launcher).toBeVisible();
    await expect.poll(async () => (await onlyVisit(agent))?.page_views).toBe(view);
    if (view < 3) expect(await isHeldBack(agent)).toBe(false);
  }
  await visitor.page.goto("/category/chairs");
  await agent.ready();
  await expect(visitor.widget.getByRole("heading", { name: "Comparing prices?" })).toBeVisible();
});

// spec: P-1, P-2
test("after No the window stays minimised on every page and in new tabs, until it is maximised", async ({
  visitor,
  agent: _,
}) => {
  const maximise = (who: Visitor) => who.widget.getByRole("button", { name: "Maximise" });
  await visitor.page.goto("/product/oslo-chair");
  await visitor.reject.click({ timeout: 20_000 });
  await expect(visitor.accept).toBeHidden();
  await expect(maximise(visitor)).toBeVisible();
  const [bar, button] = await Promise.all([
    visitor.widget.locator(".minimised").boundingBox(),
    maximise(visitor).boundingBox(),
  ]);
  if (!bar || !button) throw new Error("what is visible has a place");
  expect([button.x + button.width, button.y], "in the top right corner").toEqual([bar.x + bar.width, bar.y]);
  expect(button.width).toBeLessThan(bar.width / 2);
  await visitor.page.goto("/prices");
  await expect(maximise(visitor)).toBeVisible();
  const other = new Visitor(await visitor.page.context().newPage());
  await other.page.goto("/");
  await expect(maximise(other)).toBeVisible();
  await expect(other.accept).toBeHidden();
  await maximise(other).click();
  await expect(other.accept).toBeVisible();
});

// spec: O-7, R-7
test("an ignored offer folds into the launcher and can still be accepted, late", async ({
  browser,
  demo,
  visitor,
  agent,
}) => {
  await changeSettings(browser, demo, { ignored_after_s: 10 });
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.waitFor({ timeout: 20_000 });
  await expect(visitor.accept).toBeHidden({ timeout: 20_000 });
  await expect
    .poll(async () => (await presentations(agent)).map(({ outcome }) => outcome))
    .toEqual(["ignored"]);
  await visitor.launcher.click();
  if (await visitor.accept.isVisible()) await visitor.accept.click();
  await visitor.fillForm("Kari");
  await expect(agent.ringing).toBeVisible();
  const [presentation] = await presentations(agent);
  expect(presentation?.outcome).toBe("ignored");
  expect(presentation?.accepted_late_at).not.toBeNull();
});

// spec: T-6, R-4
test("without WebSocket everything works by polling", async ({
  browser,
  demo,
  visitor,
  agent,
  expectedErrors,
}) => {
  expectedErrors.push(/WebSocket/);
  await changeSettings(browser, demo, { poll_interval_s: 2 });
  await visitor.page.addInitScript(() => {
    window.WebSocket = class extends EventTarget {
      onclose: ((event: CloseEvent) => void) | null = null;
      constructor() {
        super();
        setTimeout(() => this.onclose?.(new CloseEvent("close", { code: 1006 })), 10);
      }
      close() {}
      send() {}
    } as unknown as typeof WebSocket;
  });
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 30_000 });
  await visitor.fillForm("Kari");
  await agent.answer();
  await agent.say("Good morning.");
  await visitor.sees("Good morning.");
  await visitor.say("one");
  await visitor.say("two");
  await agent.sees("two");
  expect((await agent.log.innerText()).match(/^(one|two)$/gm)).toEqual(["one", "two"]);
});

// spec
test("what either side writes is text, never markup", async ({ visitor, agent }) => {
  const hostile = `<img src=x onerror="document.title='run'"><b>bold</b> javascript:alert(1) https://halden.example/a`;
  await visitor.page.goto("/product/oslo-chair");
  await visitor.accept.click({ timeout: 20_000 });
  await visitor.fillForm("<i>Kari</i>");
  await agent.answer();
  await visitor.say(hostile);
  await expect(agent.log.getByText("<b>bold</b>")).toBeVisible();
  await agent.say(hostile);
  await expect(visitor.log.getByText("<b>bold</b>").last()).toBeVisible();
  for (const log of [agent.log, visitor.log]) {
    await expect(log.locator("img, b, i:not([class])")).toHaveCount(0);
    const links = await log.getByRole("link").evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(new Set(links)).toEqual(new Set(["https://halden.example/a"]));
  }
  await expect(agent.page).not.toHaveTitle("run");
  await expect(visitor.page).not.toHaveTitle("run");
});

/** A picture 40 by 20 pixels large. */
const picture =
  '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><path d="M0 0h40v20H0z"/></svg>';

/** Where the offer stands, as shares of the page's width and height. */
async function placeOf(page: Page, title: string) {
  const offer = page.locator(".offer").filter({ hasText: title });
  await expect(offer).toBeVisible({ timeout: 20_000 });
  const box = await offer.boundingBox();
  const size = page.viewportSize();
  if (!box || !size) throw new Error("what is visible has a place");
  const middle = (box.x + box.width / 2) / size.width;
  const bottom = (box.y + box.height) / size.height;
  return { offer, middle, bottom, width: box.width / size.width };
}

// spec: O-2
test("an offer has the form, the side and the words of its design", async ({
  browser,
  demo,
  agent: _,
  errors,
}) => {
  test.setTimeout(240_000);
  await changeRule(browser, demo, "/product/", [{ change: { required_time_s: 0 } }]);
  const words = { title: "A <b>question</b>?", body: "Ask.", accept_label: "Yes, ask", reject_label: "No" };
  const texts = { en: words };
  const look = async (design: object, act: (page: Page) => Promise<void>, on: Stage = {}) => {
    const { page } = await anotherVisitor(browser, demo, errors);
    if (on.slot !== false)
      await page.addInitScript(() =>
        addEventListener("DOMContentLoaded", () => {
          const slot = document.createElement("div");
          slot.dataset.beckonSlot = "";
          document.querySelector("main")?.prepend(slot);
        }),
      );
    if (on.german) await inGerman(page);
    await page.route(`${demo.console}/pictures/**`, (route) =>
      route.fulfill({ contentType: "image/svg+xml", body: picture }),
    );
    await page.goto("/product/oslo-chair");
    await act(page).catch((error) => {
      throw new Error(JSON.stringify(design), { cause: error });
    });
    await page.context().close();
  };
  interface Stage {
    slot?: boolean;
    german?: boolean;
  }
  const pictures = { logo_url: "/pictures/logo", image_url: "/pictures/chair" };
  const german = {
    ...words,
    title: "Eine Frage?",
    body: "Fragen Sie.",
    accept_label: "Ja",
    reject_label: "Nein",
  };
  const cases: [object, (page: Page) => Promise<void>, Stage?][] = [
    [
      { form: "card", color: "#7c1d3a", ...pictures },
      async (page) => {
        const { offer } = await placeOf(page, words.title);
        for (const part of [".picture", ".logo img"]) {
          await expect(offer.locator(part)).toBeVisible();
          await expect
            .poll(() => offer.locator(part).evaluate((image: HTMLImageElement) => image.naturalWidth))
            .toBe(40);
        }
        await expect(offer.getByRole("button", { name: "Yes, ask" })).toHaveCSS(
          "background-color",
          "rgb(124, 29, 58)",
        );
      },
    ],
    [
      { form: "toast", ...pictures },
      async (page) => {
        const { offer } = await placeOf(page, words.title);
        await expect(offer.locator(".picture"), "a toast has words alone").toBeHidden();
        await expect(offer.locator(".logo")).toBeHidden();
      },
    ],
    [
      { form: "card", texts: { en: words, de: german } },
      async (page) => {
        const { offer } = await placeOf(page, german.title);
        await expect(offer.getByText(german.body)).toBeVisible();
        await expect(offer.getByRole("button")).toHaveText(["Ja", "Nein"]);
      },
      { german: true },
    ],
    [
      { form: "card", texts: { fr: words, en: german }, default_language: "fr" },
      async (page) => {
        await placeOf(page, words.title);
      },
      { german: true },
    ],
    [
      { form: "inline" },
      async (page) => {
        const { middle, bottom } = await placeOf(page, words.title);
        expect(middle, "a page without its place has it in the corner").toBeGreaterThan(0.6);
        expect(bottom).toBeGreaterThan(0.6);
      },
      { slot: false },
    ],
    [
      { form: "card", position: "end" },
      async (page) => {
        const { offer, middle, bottom } = await placeOf(page, words.title);
        expect(middle).toBeGreaterThan(0.6);
        expect(bottom).toBeGreaterThan(0.6);
        await expect(offer.locator("b"), "words are no markup").toHaveCount(0);
        await expect(offer.getByRole("button")).toHaveText(["Yes, ask", "No"]);
      },
    ],
    [
      { form: "toast", position: "start" },
      async (page) => expect((await placeOf(page, words.title)).middle).toBeLessThan(0.4),
    ],
    [
      { form: "banner" },
      async (page) => {
        const { width, bottom } = await placeOf(page, words.title);
        expect(width).toBeGreaterThan(0.95);
        expect(bottom).toBeCloseTo(1, 1);
      },
    ],
    [
      { form: "modal" },
      async (page) => {
        const { offer, middle } = await placeOf(page, words.title);
        expect(middle).toBeCloseTo(0.5, 1);
        await expect(page.getByRole("dialog", { name: words.title })).toBeVisible();
        await page.keyboard.press("Escape");
        await expect(offer).toBeHidden();
      },
    ],
    [
      { form: "inline" },
      async (page) => {
        const { offer } = await placeOf(page, words.title);
        await expect(page.locator("main > [data-beckon-slot] beckon-offer").locator(offer)).toBeVisible();
        // An application that goes to another page makes the place anew.
        await page.evaluate(() => {
          const place = document.querySelector("[data-beckon-slot]");
          place?.replaceWith(place.cloneNode(false));
          history.pushState({}, "", "?size=large");
        });
        await expect(page.locator("main > [data-beckon-slot] beckon-offer").locator(offer)).toBeVisible();
        await offer.getByRole("button", { name: "No" }).click();
        await expect(offer).toBeHidden();
      },
    ],
  ];
  const changes = cases.map(([design, act, on]) => ({
    change: { texts, ...design },
    check: () => look(design, act, on),
  }));
  await changeOffer(browser, demo, "Product advice", changes);
});
