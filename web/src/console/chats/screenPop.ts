/** Owns opening the record of a chat at its start. */
import type { Chat } from "../../api/wire";
import { isWebUrl } from "../ui/check";

/** Soon after the press of a button, so that the browser lets the tab open; only an address of the web. */
export function popScreen({ screen_pop }: Pick<Chat, "screen_pop">): void {
  if (screen_pop?.open !== "tab" || !isWebUrl(screen_pop.url)) return;
  window.open(screen_pop.url, "_blank", "noopener,noreferrer");
}
