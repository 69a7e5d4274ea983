/** The window that stays on top of all others, which no locator reaches. */
import type { Page } from "@playwright/test";

declare global {
  interface Window {
    /** Where the browser has it: a window of this page that stays on top. */
    documentPictureInPicture?: { window: Window | null };
  }
}

export class MiniWindow {
  constructor(readonly page: Page) {}

  /** What stands in the first element that the selector finds; empty where there is none. */
  text(selector: string): Promise<string> {
    return this.page.evaluate((of) => {
      const mini = window.documentPictureInPicture?.window?.document;
      return mini?.querySelector<HTMLElement>(of)?.innerText ?? "";
    }, selector);
  }

  /** What the text field is called, and what stands in it. */
  field(): Promise<(string | null)[] | undefined> {
    return this.page.evaluate(() => {
      const field = window.documentPictureInPicture?.window?.document.querySelector("textarea");
      return field ? [field.ariaLabel, field.value] : undefined;
    });
  }

  async click(selector: string): Promise<void> {
    await this.page.evaluate((of) => {
      const mini = window.documentPictureInPicture?.window?.document;
      const found = mini?.querySelector<HTMLElement>(of);
      if (!found) throw new Error(`the mini window has no ${of}`);
      found.click();
    }, selector);
  }

  /** Brings the chat of this name to the front, once it is there. */
  async show(name: string): Promise<void> {
    await this.page.waitForFunction((of) => {
      const tabs = window.documentPictureInPicture?.window?.document.querySelectorAll("nav button") ?? [];
      const tab = Array.from(tabs).find((button) => (button as HTMLElement).innerText === of);
      (tab as HTMLElement | undefined)?.click();
      return tab !== undefined;
    }, name);
  }

  async fill(text: string): Promise<void> {
    await this.page.evaluate((typed) => {
      const field = window.documentPictureInPicture?.window?.document.querySelector("textarea");
      if (!field) throw new Error("the mini window has a text field");
      const { set } = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value") ?? {};
      set?.call(field, typed);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }, text);
  }

  /** In the text field; whether the browser goes on with the key. */
  press(key: string): Promise<boolean> {
    return this.page.evaluate((pressed) => {
      const field = window.documentPictureInPicture?.window?.document.querySelector("textarea");
      if (!field) throw new Error("the mini window has a text field");
      return field.dispatchEvent(
        new KeyboardEvent("keydown", { key: pressed, bubbles: true, cancelable: true }),
      );
    }, key);
  }

  /** Everything in it, as HTML. */
  html(): Promise<string> {
    return this.page.evaluate(() => {
      const mini = window.documentPictureInPicture?.window;
      if (!mini) throw new Error("the mini window is open");
      return mini.document.documentElement.outerHTML;
    });
  }
}
