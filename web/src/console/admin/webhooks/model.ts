/** Owns the form of a webhook: how it is filled from one, checked, and made into a request. Pure. */
import type { TFunction } from "i18next";
import type { NewWebhook, Webhook, WebhookEvent } from "../../../api/rest";
import { checkName, compact } from "../../ui/check";

/** What can be chosen, in the order in which it happens. */
export const events = [
  "chat.opened",
  "chat.answered",
  "chat.ended",
  "enquiry.received",
  "offer.presented",
  "offer.settled",
] as const satisfies WebhookEvent[];

export interface WebhookForm {
  name: string;
  url: string;
  /** Empty for every site. */
  site_id: string;
  events: WebhookEvent[];
  enabled: boolean;
}

export const emptyForm: WebhookForm = { name: "", url: "", site_id: "", events: [], enabled: true };

export function formOf({ name, url, site_id, events, enabled }: Webhook): WebhookForm {
  return { name, url, site_id: site_id ?? "", events, enabled };
}

export function bodyOf(values: WebhookForm): NewWebhook {
  return { ...values, name: values.name.trim(), url: values.url.trim(), site_id: values.site_id || null };
}

export function check(values: WebhookForm, t: TFunction): Record<string, string> {
  return compact({
    name: checkName(values.name, t),
    url: /^https?:\/\/\S+$/i.test(values.url.trim()) ? null : t("webhooks.url_bad"),
    events: values.events.length > 0 ? null : t("webhooks.events_none"),
  });
}
