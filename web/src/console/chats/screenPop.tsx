/** Owns opening the record of a chat at its start, and saying so where the browser does not let it. */
import type { TFunction } from "i18next";
import type { Chat } from "../../api/wire";
import { isWebUrl } from "../ui/check";
import { warnedUntilClosed } from "../ui/notify";
import { SafeLink } from "../ui/SafeLink";

/** Soon after the press of a button, so that the browser lets the tab open; only an address of the web. */
export function popScreen({ screen_pop }: Pick<Chat, "screen_pop">, t: TFunction): void {
  if (screen_pop?.open !== "tab" || !isWebUrl(screen_pop.url)) return;
  if (openTab(screen_pop.url)) return;
  warnedUntilClosed(
    <>
      {t("chats.session.pop_blocked")} <SafeLink url={screen_pop.url}>{t("chats.session.pop")}</SafeLink>
    </>,
  );
}

/** Whether it was let. With "noopener" nobody would be told, so the tab loses its opener before it goes anywhere. */
function openTab(url: string): boolean {
  const tab = window.open("", "_blank");
  if (tab === null) return false;
  tab.opener = null;
  tab.location.replace(url);
  return true;
}
