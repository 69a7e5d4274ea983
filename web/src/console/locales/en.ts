/** Owns the English texts of the console; each area has its file. */
import { admin } from "./en/admin";
import { chats } from "./en/chats";
import { conditions } from "./en/conditions";
import { customers } from "./en/customers";
import { decisions } from "./en/decisions";
import { enquiries } from "./en/enquiries";
import { offers } from "./en/offers";
import { queues } from "./en/queues";
import { ruleTest } from "./en/rule-test";
import { rules } from "./en/rules";
import { shell } from "./en/shell";
import { sites } from "./en/sites";
import { users } from "./en/users";
import { visitors } from "./en/visitors";
import { wallboard } from "./en/wallboard";
import { canned, keys, mini, options, ready, sounds, workspace } from "./en/workspace";

export const en = {
  ...shell,
  admin,
  canned,
  chats,
  conditions,
  customers,
  decisions,
  enquiries,
  keys,
  mini,
  offers,
  options,
  queues,
  ready,
  rule_test: ruleTest,
  rules,
  sites,
  sounds,
  users,
  visitors,
  wallboard,
  workspace,
};
