import { describe, expect, it } from "vitest";
import type { Visit, VisitDetail } from "../../api/rest";
import { withPage } from "../live/cache";
import { VISIT } from "./fixture";
import { lastOffer, selectVisits, sortOf, visitorName, visitState } from "./visits";

function visit(id: string, change: Partial<Visit>): Visit {
  return {
    ...VISIT,
    id,
    visitor_id: `visitor-${id}`,
    live: true,
    page: { url: "https://a.test/prices", title: "Prices", entered_at: 10 },
    ...change,
  };
}

const everything = { text: "", state: null };

describe("live visitors", () => {
  // spec: A-2
  it("are sorted as the address says, or else by their time on the site", () => {
    expect(sortOf("-pages")).toEqual({ key: "pages", down: true });
    expect(sortOf("unknown")).toEqual({ key: "on_site", down: false });
    expect(sortOf(null)).toEqual({ key: "on_site", down: false });
  });

  // spec: A-2
  it("are in a chat before anything else, and away without a page", () => {
    const offer_state = {
      id: "p",
      rule: null,
      by: null,
      offer: { id: "o", name: "Help" },
      presented_at: 0,
      outcome: null,
      outcome_at: null,
      outcome_reason: null,
      accepted_late_at: null,
    };
    expect(visitState(visit("a", { chat_id: "c", offer_state }))).toBe("chat");
    expect(visitState(visit("a", { offer_state }))).toBe("offer");
    expect(visitState(visit("a", { page: null }))).toBe("away");
    expect(visitState(visit("a", {}))).toBe("browsing");
  });

  // spec: A-2
  it("show what became of the last offer, and are sorted by how many there were", () => {
    expect(lastOffer(visit("a", {}))).toBeNull();
    expect(lastOffer(visit("a", { offers: 1 }))).toBe("open");
    expect(lastOffer(visit("a", { offers: 2, last_outcome: "rejected" }))).toBe("rejected");
    const late = { offers: 1, last_outcome: "ignored", last_accepted_late: true } as const;
    expect(lastOffer(visit("a", late))).toBe("accepted_late");
    const visits = [visit("a", { offers: 1 }), visit("b", { offers: 3 }), visit("c", {})];
    const sorted = selectVisits(visits, everything, { key: "offers", down: true });
    expect(sorted.map(({ id }) => id)).toEqual(["b", "a", "c"]);
  });

  // spec: A-2
  it("are found by every word, in page, title or device", () => {
    const visits = [
      visit("a", { device: "phone" }),
      visit("b", {}),
      visit("c", { page: null, device: "phone" }),
    ];
    const found = selectVisits(
      visits,
      { text: "PRICES phone", state: null },
      { key: "visitor", down: false },
    );
    expect(found.map(({ id }) => id)).toEqual(["a"]);
  });

  // spec: A-2 C-3
  it("are called and found by the name that the directory has for them", () => {
    const customer = { id: "k", name: "Kari Nordmann", proof: "claimed" } as const;
    const visits = [visit("a", {}), visit("b", { customer })];
    const found = selectVisits(visits, { text: "nordmann", state: null }, { key: "visitor", down: false });
    expect(found.map(({ id }) => id)).toEqual(["b"]);
    const names = visits.map((one) => visitorName(one, (code) => `Visitor ${code}`));
    expect(names).toEqual(["Visitor or-a", "Kari Nordmann"]);
  });

  // spec: A-2
  it("keep their places among equals from one refresh to the next", () => {
    const visits = [visit("b", {}), visit("a", {}), visit("c", { started_at: 5 })];
    const ids = (down: boolean) =>
      selectVisits(visits, everything, { key: "on_site", down }).map(({ id }) => id);
    expect(ids(false)).toEqual(["c", "a", "b"]);
    expect(ids(true)).toEqual(["a", "b", "c"]);
  });

  // spec: C-3
  it("leave the last page when they enter the next, once", () => {
    const page = {
      url: "https://a.test/",
      title: "",
      entered_at: 10,
      left_at: null,
      visible_s: 0,
      form: null,
    };
    const before: VisitDetail = { ...visit("a", {}), pages: [page], presentations: [] };
    const entered = { url: "https://a.test/checkout", title: "Checkout", entered_at: 30 };
    const after = withPage(withPage(before, entered), entered);
    expect(after.pages.map(({ url, left_at }) => [url, left_at])).toEqual([
      ["https://a.test/", 30],
      ["https://a.test/checkout", null],
    ]);
    expect(after.page_views).toBe(2);
  });
});
