/** Owns the English texts of sites and their visitor tracking settings. */
export const sites = {
  title: "Sites",
  text: "Each website that carries the snippet.",
  add: "Add site",
  new_title: "New site",
  new_text: "The snippet appears once the site is created.",
  empty_title: "No site yet",
  empty_text: "Add the website on which Beckon is to offer help.",
  column: { name: "Name", origins: "Allowed origins", key: "Site key", created: "Added" },
  name: "Name",
  origins: "Allowed origins",
  origins_help:
    "Where the snippet may run: scheme and host, such as https://www.example.com. Enter adds one.",
  origins_empty: "Add at least one origin.",
  origin_invalid: "Not an origin: {{list}}. Write scheme and host only, such as https://www.example.com.",
  identity: "Site",
  tracking_limits: "What is tracked",
  deny_paths: "Paths without tracking",
  deny_paths_help:
    "On addresses whose path starts with one of these nothing is recorded and nothing offered, such as /account.",
  path_invalid: "A path starts with a slash: {{list}}.",
  allow_params: "Query parameters to keep",
  allow_params_help:
    "All other parameters are removed before an address is stored. Rules still see the whole address.",
  snippet: "Snippet",
  snippet_text: "Put this line into the head of every page of the site.",
  snippet_copy: "Copy the snippet",
  csp: "If the site has a Content-Security-Policy",
  csp_text: "Add these sources to it.",
  csp_copy: "Copy the policy",
  key: "Site key",
  tracking: {
    title: "Visitor tracking",
    text: "How often visitors are heard from, and how offers follow one another. Changes hold at once, for running visits too.",
    contact: "Contact",
    pacing: "Pacing of offers",
    after: "After an answer",
    unit: { s: "s", min: "min", h: "h" },
    hint: "{{min}} to {{max}}{{unit}}, default {{value}}",
    hint_choice: "Default: {{value}}",
    reset: "Set back to the default",
    off: "0 is off",
    field: {
      poll_interval_s: {
        label: "Poll Interval",
        text: "How often a page reports that it is still there. A visitor not heard from for twice this time is away.",
      },
      visit_timeout_min: {
        label: "A visit ends after",
        text: "Time without contact after which the visit is over and a return counts as a new one.",
      },
      minimum_interval_s: {
        label: "Minimum Interval Between Offers",
        text: "Least time from one presentation to the next, whatever became of the first. Counts from the moment it was presented.",
      },
      ignored_after_s: {
        label: "Consider an offer ignored after",
        text: "An offer that was neither accepted nor rejected for this time counts as ignored and folds into the launcher.",
      },
      capacity_factor: {
        label: "Open offers for each free agent slot",
        text: "No more offers of a queue are open at once than this many times its free slots, so that accepted offers meet an agent.",
      },
      after_rejection: { label: "After a rejection", text: "What may be presented later in the same visit." },
      after_ignored: {
        label: "After an ignored offer",
        text: "What may be presented later in the same visit.",
      },
      rejections_max: {
        label: "Stop after rejections",
        text: "No more offers in this visit once so many were rejected.",
      },
      ignored_max: {
        label: "Stop after ignored offers",
        text: "No more offers in this visit once so many were ignored.",
      },
      after_chat: { label: "After a completed chat", text: "Whether offers resume once a chat has ended." },
      after_chat_hours: {
        label: "Hours without offers after a chat",
        text: "Counts over visits, from the end of the chat.",
      },
    },
    after_outcome: {
      no_more_this_visit: "No more offers this visit",
      not_this_offer_again: "Not this offer again",
      like_ignored: "Treat like an ignored one",
    },
    after_ignored: {
      no_more_this_visit: "No more offers this visit",
      not_this_offer_again: "Not this offer again",
      like_ignored: "It may come again",
    },
    after_chat: {
      may_resume: "Offers may resume",
      no_more_this_visit: "No more this visit",
      none_for_hours: "None for some hours",
    },
    timeline: {
      title: "What this means",
      text: "For an offer presented at 0 with nobody answering.",
      presented: "Presented",
      ignored: "Counts as ignored",
      next: "Next offer at the earliest",
      gone: "If the browser was closed: passively ignored",
    },
  },
} as const;
