/** Owns the name of the page in the tab of the browser. */
import { useEffect } from "react";
import { showPage } from "../live/attention";

export function usePageTitle(title: string): void {
  useEffect(() => showPage(title), [title]);
}
