/** What a visitor can do in the widget, by the names that assistive technology reads. */
import { expect, type Locator, type Page } from "@playwright/test";

/** The widget's shadow root is closed; tests look inside. Runs in the page before anything else. */
export function openShadowRoots(): void {
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (this: Element, init: ShadowRootInit) {
    return attach.call(this, { ...init, mode: "open" });
  };
}

/** The labels with which the sample offers are accepted. */
const accept = /^(accept|yes|chat with|ask for)/i;

export class Visitor {
  constructor(readonly page: Page) {}

  get widget(): Locator {
    return this.page.locator("beckon-chat");
  }

  /** The offer on the page: a region, or a dialog when it is modal, named by its title. */
  get offer(): Locator {
    const region = this.widget.getByRole("region").or(this.widget.getByRole("dialog"));
    return region.filter({ has: this.page.getByRole("button", { name: accept }) });
  }

  get accept(): Locator {
    return this.widget.getByRole("button", { name: accept });
  }

  get reject(): Locator {
    return this.widget.getByRole("button", { name: /^(reject|no)/i });
  }

  get launcher(): Locator {
    return this.widget.getByRole("button", { name: "Chat", exact: true });
  }

  get log(): Locator {
    return this.widget.getByRole("log");
  }

  get composer(): Locator {
    return this.widget.getByRole("textbox", { name: "Message" });
  }

  get send(): Locator {
    return this.widget.getByRole("button", { name: "Send", exact: true });
  }

  /** Asks for a chat at the launcher, under this name. */
  async ask(name: string, path = "/"): Promise<void> {
    await this.page.goto(path);
    await this.launcher.click();
    await this.fillForm(name);
  }

  async fillForm(name: string): Promise<void> {
    await this.widget.getByRole("textbox", { name: /name/i }).first().fill(name);
    const email = this.widget.getByRole("textbox", { name: /mail/i });
    if (await email.count()) await email.fill("kari@example.com");
    await this.send.click();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press("Enter");
  }

  /** Ends the chat by closing its window and confirming (P-7). */
  async end(): Promise<void> {
    await this.widget.getByRole("button", { name: "End chat" }).click();
    const question = this.widget.getByRole("alertdialog", { name: "End this chat?" });
    await question.getByRole("button", { name: "End chat" }).click();
  }

  async sees(text: string): Promise<void> {
    await expect(this.log.getByText(text, { exact: true })).toBeVisible();
  }
}
