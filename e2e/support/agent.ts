/** What an agent can do in the console, by the names that assistive technology reads. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { Account } from "./demo.ts";

export class Agent {
  constructor(
    readonly page: Page,
    readonly origin: string,
  ) {}

  /** Signs in as the page of signing in does, without that page. */
  async signIn({ email, password }: Account): Promise<void> {
    const answer = await this.page.request.post(`${this.origin}/api/v1/session`, {
      data: { email, password },
      headers: { origin: this.origin },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
    await this.page.goto(`${this.origin}/`);
    await expect(this.page.getByRole("navigation", { name: "Main" })).toBeVisible();
  }

  /** Sets the status to ready, whatever it was. */
  async ready(): Promise<void> {
    const status = this.page.getByRole("button", { name: /^Status:/ });
    await expect(status).toBeEnabled();
    if (await this.page.getByRole("button", { name: /^Status: Ready/ }).isVisible()) return;
    await status.click();
    await this.page.getByRole("menuitem", { name: /^Ready/ }).click();
    await expect(this.page.getByRole("button", { name: /^Status: Ready/ })).toBeVisible();
  }

  get ringing(): Locator {
    return this.page.getByRole("button", { name: /^Accept the chat with/ }).first();
  }

  /** Accepts the chat that rings, and waits until it is the one that is open. */
  async answer(): Promise<void> {
    const label = (await this.ringing.getAttribute("aria-label")) ?? "";
    const name = label.replace("Accept the chat with ", "");
    await this.page.getByRole("button", { name: label, exact: true }).first().click();
    await expect(this.page.getByRole("heading", { level: 1, name, exact: true })).toBeVisible();
    await expect(this.composer).toBeVisible();
  }

  get log(): Locator {
    return this.page.getByRole("log", { name: "Messages" });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: "Message" });
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  async sees(text: string): Promise<void> {
    await expect(this.log.getByText(text, { exact: true })).toBeVisible();
  }

  /** Reads the API with the session of this agent. */
  async read<T>(path: string): Promise<T> {
    const answer = await this.page.request.get(`${this.origin}/api/v1${path}`);
    expect(answer.status(), path).toBe(200);
    return (await answer.json()) as T;
  }
}
