/** Owns the texts of the pages of API tokens. */
export const apiTokens = {
  title: "API tokens",
  text: "With a token a program of yours uses the REST interface in the name of whoever made it.",
  add: "Add token",
  new_title: "New API token",
  empty_title: "No API tokens yet",
  empty_text:
    "A token lets a program, such as a deployment or a report, use the REST interface without a password.",
  shown_once: "Copy the token now. It is not shown again.",
  copy: "Copy the token",
  column: {
    name: "Name",
    scopes: "May",
    used: "Last used",
    ends: "Ends",
    action: "Action",
  },
  of: "… {{ending}}, made by {{name}}",
  never: "Never",
  never_ends: "Never",
  ended: "Ended",
  what: "What the token is for",
  what_text:
    "A token can do no more than you can. It stops working when your account is disabled, and its name stands in the audit log beside yours.",
  name: "Name",
  lasts: "Ends after",
  days_one: "{{count}} day",
  days_other: "{{count}} days",
  scopes_label: "May",
  scopes_none: "Choose at least one.",
  scopes: {
    configuration_read: {
      short: "Read the configuration",
      long: "Sites, rules, offers, queues, canned replies, the workspace.",
    },
    configuration_write: {
      short: "Change the configuration",
      long: "All of these, and their versions.",
    },
    conversations_read: {
      short: "Read conversations",
      long: "Visits, decisions, chats, enquiries, the wallboard.",
    },
    conversations_write: {
      short: "Change conversations",
      long: "Present offers, wrap chats up, set priorities and states.",
    },
    customers_read: {
      short: "Read customers",
      long: "Records, history, and everything held on a person.",
    },
    customers_write: {
      short: "Change customers",
      long: "Edit, import, merge and erase.",
    },
    administration_read: {
      short: "Read users, webhooks and the audit log",
      long: "Names, addresses and roles; who changed what; what webhooks are told. Exporting the configuration as a file, and planning a change of it.",
    },
    administration_write: {
      short: "Change users and webhooks",
      long: "Also roles and passwords, and where data is sent: whoever has such a token can become an administrator. Applying a configuration file.",
    },
  },
  revoke: "Revoke",
  revoke_title: "Revoke {{name}}",
  revoke_text: "Programs that use this token are refused from now on. This cannot be undone.",
  revoked: "{{name}} was revoked.",
};
