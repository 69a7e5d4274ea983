import { describe, expect, it } from "vitest";
import type { Visit, VisitDetail } from "../../api/rest";
import { withPage } from "../live/cache";
import { VISIT } from "./fixture";
import {
  lastOffer,
  type SortKey,
  selectVisits,
  sortOf,
  type VisitState,
  visitorName,
  visitState,
} from "./visits";

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

const OPEN_OFFER: Visit["offer_state"] = {
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

/** One of each state. */
const EACH = [
  visit("left", { page: null }),
  visit("chat", { chat_id: "c", offer_state: OPEN_OFFER }),
  visit("browsing", {}),
  visit("offer", { offer_state: OPEN_OFFER }),
];

describe("live visitors", () => {
  // spec: A-2
  it("are sorted as the address says, or else by their time on the site", () => {
    for (const key of ["visitor", "page", "on_page", "pages", "on_site", "offers", "state"] as const) {
      expect(sortOf(key)).toEqual({ key, down: false });
      expect(sortOf(`-${key}`)).toEqual({ key, down: true });
    }
    expect(sortOf("unknown")).toEqual({ key: "on_site", down: false });
    expect(sortOf(null)).toEqual({ key: "on_site", down: false });
  });

  // spec: A-2
  it("are in a chat before anything else, and have just left without a page", () => {
    for (const one of EACH) expect(visitState(one)).toBe(one.id);
  });

  // spec: A-2
  it.each<[VisitState | null, string[]]>([
    ["browsing", ["browsing"]],
    ["offer", ["offer"]],
    ["chat", ["chat"]],
    [null, ["browsing", "chat", "left", "offer"]],
  ])("are those of the state %s alone when they are filtered by it", (state, ids) => {
    const found = selectVisits(EACH, { text: "", state }, { key: "visitor", down: false });
    expect(found.map(({ id }) => id)).toEqual(ids);
  });

  // spec: A-2
  it("are filtered by state and by words at once", () => {
    const visits = [...EACH, visit("phone", { device: "phone" })];
    const found = selectVisits(visits, { text: "phone", state: "browsing" }, { key: "visitor", down: false });
    expect(found.map(({ id }) => id)).toEqual(["phone"]);
    expect(selectVisits(visits, { text: "phone", state: "chat" }, { key: "visitor", down: false })).toEqual(
      [],
    );
  });

  const on = (url: string, entered_at: number) => ({ page: { url, title: "", entered_at } });

  // spec: A-2
  it.each<[what: string, key: SortKey, visits: Visit[], up: string[]]>([
    [
      "how often they came",
      "visitor",
      [visit("third", { visit_number: 3 }), visit("first", {}), visit("second", { visit_number: 2 })],
      ["first", "second", "third"],
    ],
    [
      "the address of their page, without one first",
      "page",
      [
        visit("b", on("https://a.test/b", 1)),
        visit("none", { page: null }),
        visit("a", on("https://a.test/a", 2)),
      ],
      ["none", "a", "b"],
    ],
    [
      "their time on the page, the shortest first",
      "on_page",
      [visit("long", on("/", 10)), visit("short", on("/", 30)), visit("middle", on("/", 20))],
      ["short", "middle", "long"],
    ],
    [
      "how many pages they saw",
      "pages",
      [visit("b", { page_views: 12 }), visit("c", { page_views: 3 }), visit("a", { page_views: 1 })],
      ["a", "c", "b"],
    ],
    ["what counts most about them", "state", EACH, ["left", "browsing", "offer", "chat"]],
  ])("are sorted by %s, up and down", (_, key, visits, up) => {
    const sorted = (down: boolean) => selectVisits(visits, everything, { key, down }).map(({ id }) => id);
    expect(sorted(false)).toEqual(up);
    expect(sorted(true)).toEqual([...up].reverse());
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
