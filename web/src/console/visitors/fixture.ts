/** Owns a visit for tests: of a desktop browser, that saw one page and was offered nothing. */
import type { Visit } from "../../api/rest";

export const VISIT: Visit = {
  id: "w1",
  site_id: "s1",
  visitor_id: "0190-beef",
  started_at: 0,
  last_contact_at: 0,
  live: false,
  ended_at: null,
  referrer: "",
  language: "en",
  time_zone: "UTC",
  device: "desktop",
  browser: "Chrome",
  utm: {},
  visit_number: 1,
  page: null,
  page_views: 1,
  offers: 0,
  last_outcome: null,
  last_accepted_late: false,
  chat_id: null,
  offer_state: null,
  customer: null,
};
