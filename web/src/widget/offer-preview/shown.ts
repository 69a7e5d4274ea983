/** The session of a preview: one offer, and what was answered to it. Pure; there are no frames. */
import type { OfferDesign, Styling, VisitorNotice } from "../../api/wire";
import type { SessionEvent } from "../session";

/** What the server tells of the link. */
export interface Shown {
  name: string;
  active: boolean;
  design: OfferDesign;
  styling: Styling;
}

/** What was done with the offer; `asked` for a chat instead. */
export type Answered = "accepted" | "rejected" | "asked" | null;

/** A welcome that brings the offer; each turn is a presentation of its own, which is read out again. */
export function welcome({ design, styling }: Shown, turn: number): VisitorNotice {
  return {
    type: "welcome",
    v: 1,
    token: "preview",
    visit: "preview",
    poll_interval_s: 10,
    signals: { scroll_percents: [], exit: false, inactivity_s: null },
    styling,
    open: true,
    offer: { id: `preview-${turn}`, presented_at: 0, folded: false, design },
    chat: null,
  };
}

/** What is taken for an answer; `undefined` for what only concerns how it is shown. */
export function answerOf(event: SessionEvent): Answered | undefined {
  switch (event.type) {
    case "accepted":
    case "rejected":
      return event.type;
    case "opened":
    case "maximised":
      return "asked";
    default:
      return undefined;
  }
}

/** The address without the link's parameter; what else the page has in its fragment stays. */
export function withoutToken(href: string): string {
  return href
    .replace(/([#&])beckon-preview=\w*/, (_, before) => (before === "#" ? "#" : ""))
    .replace(/#$/, "");
}
