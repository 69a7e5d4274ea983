/** Owns the English texts of everything behind signing in; each area has its file. */
import { admin } from "./admin";
import { apiTokens } from "./api-tokens";
import { audit } from "./audit";
import { chats } from "./chats";
import { conditions } from "./conditions";
import { customers } from "./customers";
import { decisions } from "./decisions";
import { enquiries } from "./enquiries";
import { history } from "./history";
import { lists } from "./lists";
import { offers } from "./offers";
import { own } from "./own";
import { preview } from "./preview";
import { queues } from "./queues";
import { ruleTest } from "./rule-test";
import { rules } from "./rules";
import { singleSignOn } from "./single-sign-on";
import { siteSetup } from "./site-setup";
import { sites } from "./sites";
import { users } from "./users";
import { visitors } from "./visitors";
import { wallboard } from "./wallboard";
import { webhooks } from "./webhooks";
import { canned, keys, mini, options, ready, sounds, workspace } from "./workspace";

export const areas = {
  admin,
  api_tokens: apiTokens,
  audit,
  canned,
  chats,
  conditions,
  customers,
  decisions,
  enquiries,
  history,
  keys,
  lists,
  mini,
  offers,
  options,
  own,
  preview,
  queues,
  ready,
  rule_test: ruleTest,
  rules,
  site_setup: siteSetup,
  single_sign_on: singleSignOn,
  sites,
  sounds,
  users,
  visitors,
  wallboard,
  webhooks,
  workspace,
};
