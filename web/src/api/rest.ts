/**
 * The bodies of the REST interface under `/api/v1`, as the console uses them. Owns names only: the shapes are made from
 * the server's OpenAPI document (`npm run types`). Times are milliseconds since 1970, ids are strings.
 */
import type { components } from "./schema";
import type { ChatState } from "./wire";

type Schemas = components["schemas"];

/** Answers name every field; only requests may leave out those that have a default. */
type Complete<T> = T extends (infer Item)[]
  ? Complete<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Complete<T[Key]> }
    : T;

export type Problem = Partial<Schemas["Problem"]> & { title: string; status: number };

/** One page of a list; `next` is the cursor of the following page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

export type Role = Schemas["Role"];
export type SessionUser = Complete<Schemas["SessionUser"]>;
export type Session = Complete<Schemas["Session"]>;
export type Credentials = Schemas["Credentials"];
export type WaysIn = Complete<Schemas["WaysIn"]>;
export type BegunSignIn = Complete<Schemas["BegunSignIn"]>;
export type SingleSignOn = Complete<Schemas["SingleSignOnSettings"]>;
export type SingleSignOnPatch = Schemas["SingleSignOnPatch"];
export type TriedProvider = Complete<Schemas["TriedProvider"]>;
export type SecondStep = Complete<Schemas["SecondStep"]>;
export type SecondStepSecret = Complete<Schemas["SecondStepSecret"]>;
export type RecoveryCodes = Complete<Schemas["RecoveryCodes"]>;
export type OwnSession = Complete<Schemas["OwnSession"]>;
export type Setup = Complete<Schemas["Setup"]>;
export type NewSetup = Schemas["NewSetup"];
export type LinkHolder = Complete<Schemas["LinkHolder"]>;
export type MadeUserLink = Complete<Schemas["MadeUserLink"]>;
export type User = Complete<Schemas["User"]>;
export type NewUser = Schemas["NewUser"];
export type UserPatch = Schemas["UserPatch"];

export type AfterOutcome = Schemas["AfterOutcome"];
export type AfterChat = Schemas["AfterChat"];
export type SiteSettings = Complete<Schemas["SiteSettings"]>;
export type Site = Complete<Schemas["Site"]>;
export type SiteBody = Pick<Site, "name" | "origins" | "settings" | "deny_paths" | "allow_params">;

export type IdentitySecret = Complete<Schemas["IdentitySecret"]>;
export type NewIdentitySecret = Complete<Schemas["NewIdentitySecret"]>;

export type SitePicture = Complete<Schemas["SitePicture"]>;

export type Offer = Complete<Schemas["Offer"]>;
export type OfferPreview = Complete<Schemas["OfferPreview"]>;
export type OfferBody = Pick<Offer, "name" | "active" | "design">;

export type RuleAction = Schemas["Action"];
export type MatchOn = Schemas["MatchOn"];
export type MatchType = Schemas["MatchType"];
export type RulePlan = Complete<Omit<Schemas["RulePlan"], "conditions">> &
  Pick<Schemas["RulePlan"], "conditions">;
export type Rule = Omit<Complete<Schemas["Rule"]>, "plan"> & { plan: RulePlan };
export type RuleBody = Pick<Rule, "priority" | "name" | "enabled" | "plan">;

export type Activation = Schemas["Activation"];
export type Strategy = Schemas["Strategy"];
export type FieldKind = Schemas["FieldKind"];
export type Prefill = Schemas["Prefill"];
export type FormField = Complete<Schemas["Field"]>;
/** Starts on `weekday` (1 Monday to 7 Sunday); runs over midnight when `to` is not after `from`. */
export type Period = Complete<Schemas["Period"]>;
export type HoursException = Complete<Schemas["Exception"]>;
export type Hours = Complete<Schemas["Hours"]>;
export type Routing = Complete<Schemas["Routing"]>;
export type Dequeue = Complete<Schemas["Dequeue"]>;
export type SkillNeed = Complete<Schemas["SkillNeed"]>;
export type UserSkill = Complete<Schemas["UserSkill"]>;
export type Alternative = Complete<Schemas["Alternative"]>;
export type QueuePlan = Complete<Schemas["QueuePlan"]>;
export type Queue = Complete<Schemas["Queue"]>;
export type Switches = Schemas["Switches"];
export type Holidays = Complete<Schemas["Holidays"]>;
export type EnquiryState = Schemas["EnquiryState"];
export type EnquiryMail = Schemas["EnquiryMail"];
export type Enquiry = Complete<Schemas["Enquiry"]>;
export type EnquiryCount = Complete<Schemas["EnquiryCount"]>;
export type QueueBody = Pick<Queue, "name" | "channel_on" | "is_default" | "plan" | "agents">;

export type AgentRow = Complete<Schemas["AgentView"]>;
export type Wallboard = Complete<Schemas["Wallboard"]>;
export type QueueBoard = Complete<Schemas["QueueBoard"]>;
export type Visit = Complete<Schemas["Visit"]>;
export type LiveVisits = Complete<Schemas["LiveVisits"]>;
export type VisitPage = Complete<Schemas["PageView"]>;
export type Presentation = Complete<Schemas["Presentation"]>;
export type PresentationRecord = Omit<Complete<Schemas["PresentationRecord"]>, "why" | "design"> & {
  design: Offer["design"];
  why: (Omit<Complete<Schemas["PresentationReasons"]>, "rules"> & { rules: RuleExplanation[] }) | null;
};
export type Reason = Schemas["Reason"];
export type Verdict = Schemas["Verdict"];
export type Condition = Schemas["Condition"];
export type ConditionExplanation = Schemas["ConditionExplanation"];
export type RuleExplanation = Omit<Complete<Schemas["RuleExplanation"]>, "conditions"> & {
  conditions: ConditionExplanation | null;
};
export type Explanation = Omit<Complete<Schemas["Explanation"]>, "rules"> & { rules: RuleExplanation[] };
export type Decision = Omit<Complete<Schemas["Decision"]>, "rules"> & { rules: RuleExplanation[] };
export type Cap = Complete<Schemas["Cap"]>;
export type Gate = Complete<Schemas["Gate"]>;
export type HandChoice = Complete<Schemas["HandChoice"]>;
export type HandOffer = Schemas["HandOffer"];
export type HandOfferAnswer = Complete<Schemas["HandOfferAnswer"]>;

export type BegunAnswer = Complete<Schemas["BegunAnswer"]>;
export type Seen = Complete<Schemas["Seen"]>;
export type Situation = Schemas["Situation"];
export type RuleTest = Schemas["RuleTest"];
export type TestResult = Omit<Complete<Schemas["TestResult"]>, "explanation"> & { explanation: Explanation };
export type VisitDetail = Complete<Schemas["VisitDetail"]>;

export type CannedReply = Complete<Schemas["CannedReply"]>;
export type NewCannedReply = Schemas["NewCannedReply"];
export type CannedReplyPatch = Schemas["CannedReplyPatch"];

export type WebhookEvent = Schemas["EventKind"];
export type Webhook = Complete<Schemas["Webhook"]>;
export type NewWebhook = Schemas["NewWebhook"];
export type WebhookWithSecret = Complete<Schemas["WebhookWithSecret"]>;
export type DeliveryState = Schemas["DeliveryState"];
export type WebhookDelivery = Complete<Schemas["WebhookDelivery"]>;
export type WebhookDeliveryDetail = Complete<Schemas["WebhookDeliveryDetail"]>;
export type RulesToday = Complete<Schemas["RulesToday"]>;
export type SetupSteps = Complete<Schemas["SetupSteps"]>;
export type ApiToken = Complete<Schemas["ApiToken"]>;
export type MadeApiToken = Complete<Schemas["MadeApiToken"]>;
export type AuditEntry = Complete<Schemas["AuditEntry"]>;
/** Values are whatever stands in the thing; a difference leaves out the side on which nothing stands. */
export type AuditDetail = Omit<Complete<Schemas["AuditDetail"]>, "differences"> &
  Pick<Schemas["AuditDetail"], "differences">;
export type Draft = Complete<Schemas["Draft"]>;
export type Workspace = Complete<Schemas["Workspace"]>;
export type WorkspacePatch = Schemas["WorkspacePatch"];
export type AgentOptions = Complete<Schemas["AgentOptions"]>;
export type ServedQueue = Complete<Schemas["ServedQueue"]>;
export type Me = Complete<Schemas["Me"]>;
export type Proof = Schemas["Proof"];
export type CustomerLink = Schemas["CustomerLink"];
export type Customer = Complete<Schemas["Customer"]>;
/** A record as its form holds it: an empty reference is none. */
export type CustomerBody = Pick<
  Customer,
  "first_name" | "last_name" | "email" | "phone" | "company" | "fields"
> & { customer_ref: string };
export type CustomField = Complete<Schemas["CustomField"]>;
export type CustomerDirectory = Complete<Schemas["CustomerDirectory"]>;
export type CustomerImport = Complete<Schemas["CustomerImport"]>;
export type ErasedCounts = Complete<Schemas["ErasedCounts"]>;
export type PastVisit = Complete<Schemas["PastVisit"]>;
export type PastChat = Complete<Schemas["PastChat"]>;
export type PersonAttribute = Omit<Complete<Schemas["Attribute"]>, "value"> & {
  value:
    | { type: "text"; value: string }
    | { type: "number"; value: number }
    | { type: "boolean"; value: boolean }
    | { type: "time"; value: number };
};
export type Person = Omit<Complete<Schemas["Person"]>, "attributes"> & { attributes: PersonAttribute[] };
export type CustomerHistory = Complete<Schemas["CustomerHistory"]>;

export type ChatListState = "open" | "ended";
export type { ChatState };
