/** Owns the English texts of what stands around the agent's workspace: options, keys, sounds, readiness, mini window. */
export const options = {
  menu: "Options",
  title: "Options",
  top_on_new_chat: "Bring chat window to the top when a new chat session is started.",
  top_on_new_message: "Bring chat window to the top when a new message is received.",
  failed: "The options were not saved. {{detail}}",
  how: {
    granted:
      "While the console has the focus the chat comes to its front. Otherwise a desktop notification calls you; a click on it raises this tab.",
    default:
      "While the console has the focus the chat comes to its front. Otherwise a desktop notification calls you; the browser asks for your permission when you press OK.",
    denied:
      "While the console has the focus the chat comes to its front. Desktop notifications are blocked in the browser's settings for this page, so nothing can call you from elsewhere but sounds.",
    unsupported:
      "While the console has the focus the chat comes to its front. This browser has no desktop notifications, so nothing can call you from elsewhere but sounds.",
  },
} as const;

export const mini = {
  title: "Your chats",
  pin: "Pin mini window",
  open: "The mini window is open",
  text: "A small window with your chats can stay on top of all others. Pin it once; it follows along until you close it.",
  unsupported:
    "This browser cannot keep a small window on top of others; Chrome and Edge on a computer can. Notifications and sounds work all the same.",
  failed: "The mini window could not be opened. {{detail}}",
  gaps: "There are gaps to fill. Fill them in, or send from the console.",
} as const;

export const keys = {
  menu: "Keyboard shortcuts",
  title: "Keyboard shortcuts",
  group: { chats: "Chats", ring: "Ringing", chat: "In a chat", console: "Console" },
  next: "Next chat",
  previous: "Previous chat",
  search: "Search chats",
  accept: "Accept what rings",
  decline: "Decline what rings",
  composer: "Write a message",
  canned: "Canned replies",
  log: "Read the messages",
  session: "Active session",
  end: "End or close the chat",
  status: "Status",
  options: "Options",
  sheet: "This sheet",
  send: "Send",
  new_line: "New line",
  slash: "Canned replies, at the start of a word",
  question_mark: "Open this sheet with ? outside of text fields",
} as const;

export const sounds = {
  ring: "Ringing",
  message: "New message",
  waiting: "Someone waits in the queue",
  volume: "Volume",
  try: "Test",
  try_name: "Test the sound: {{sound}}",
} as const;

export const ready = {
  menu: "Am I ready?",
  title: "Am I ready?",
  state: { good: "In order", note: "Take note", bad: "Needs a hand" },
  connection: "Connection",
  connected: "Connected.",
  not_connected: "Not connected. The console tries again by itself.",
  round_trip: "The server answers in {{ms}} ms.",
  clock: "Clock",
  clock_right: "The clock of this computer is right.",
  clock_behind: "The clock of this computer is {{s}} s behind. Times shown here are corrected.",
  clock_ahead: "The clock of this computer is {{s}} s ahead. Times shown here are corrected.",
  status: "Status",
  is_ready: "Ready: new chats ring at you.",
  is_away: "Away: new chats go to others.",
  away_because: "Away ({{why}}): new chats go to others.",
  queues: "Queues",
  no_queues: "You serve no queue. An administrator can add you to one.",
  channel_off: "{{name}}, switched off",
  slots: "Slots",
  slots_used: "{{used}} of {{slots}} in use.",
  sound: "Sound",
  sound_on: "Sounds are on.",
  sound_off: "The sound of ringing is off. Switch it on in the menu of your account.",
  sound_blocked: "The browser allows sound after the first click or key on this page.",
  notifications: "Notifications",
  notification: {
    granted: "Allowed.",
    default: "Not asked for yet.",
    denied: "Blocked in the browser's settings for this page.",
    unsupported: "This browser has none.",
  },
} as const;

export const team = { menu: "Team", title: "Team" } as const;

export const canned = {
  title: "Canned replies",
  text: "Texts that agents send again and again. In a chat they type / and the shortcut.",
  menu: "Canned replies",
  add: "New canned reply",
  new_title: "New canned reply",
  empty_title: "No canned replies yet",
  empty_text: "A canned reply that you add here can be inserted in every chat by / and its shortcut.",
  search: "Search canned replies",
  none_found: "No canned reply matches.",
  column: { title: "Title", shortcut: "Shortcut", place: "For", languages: "Languages", changed: "Changed" },
  own: "Only you",
  all_sites: "All sites",
  all_queues: "All queues",
  what: "What it is",
  title_field: "Title",
  shortcut: "Shortcut",
  shortcut_help: "Typed after the slash: small letters, digits, - and _.",
  shortcut_bad: "Use only a to z, 0 to 9, - and _, at most 32.",
  tags: "Tags",
  tags_help: "Further words to find it by; Enter adds one.",
  who: "Who sees it",
  personal: "Only me",
  shared: "All agents",
  site: "Site",
  queue: "Queue",
  texts: "Texts",
  texts_text: "In each language that visitors speak; theirs is chosen by itself.",
  language: "Add language",
  remove_language: "Remove {{language}}",
  body: "Text in {{language}}",
  body_required: "Write the text.",
  body_long: "At most 4000 characters.",
  variables: "Insert",
  variables_text: "What is not known in a chat stays as a gap for the agent to fill.",
  preview: "Preview",
  read_only: "Supervisors and administrators can change this one.",
} as const;

export const workspace = {
  title: "Workspace",
  text: "What all agents share.",
  reasons: "Reasons for being away",
  reasons_text:
    "Agents choose from them when they set themselves away; supervisors see which, and since when.",
  reason: "Reason {{n}}",
  add_reason: "Add reason",
  no_reasons: "Without reasons agents are just away.",
  reason_bad: "1 to 40 characters.",
  reason_twice: "This reason is there twice.",
  waiting: "Waiting visitors",
  amber: "Amber after",
  amber_text: "A visitor who has waited this long, in the queue or for an answer, is shown in amber.",
  red: "Red after",
  red_text: "And after this long in red.",
  red_less: "Not less than the time for amber.",
} as const;
