/** Owns the English texts of the console; each area has its file. */
import { admin } from "./en/admin";
import { chats } from "./en/chats";
import { common } from "./en/common";
import { offers } from "./en/offers";
import { queues } from "./en/queues";
import { rules } from "./en/rules";
import { sites } from "./en/sites";
import { users } from "./en/users";
import { visitors } from "./en/visitors";

export const en = { ...common, admin, chats, offers, queues, rules, sites, users, visitors };
