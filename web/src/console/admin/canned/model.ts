/** Owns the form of a canned reply: how it is filled from one, checked, and made into a request. Pure. */
import type { TFunction } from "i18next";
import type { CannedReply, CannedReplyPatch, NewCannedReply, SessionUser } from "../../../api/rest";
import { checkName, compact } from "../../ui/check";

export interface CannedForm {
  title: string;
  shortcut: string;
  personal: boolean;
  /** Empty for every site, and for every queue. */
  site: string;
  queue: string;
  tags: string[];
  texts: Record<string, string>;
}

const TEXT_LENGTH_MAX = 4_000;

export function emptyForm(language: string, user: SessionUser): CannedForm {
  const personal = user.role === "agent";
  return { title: "", shortcut: "", personal, site: "", queue: "", tags: [], texts: { [language]: "" } };
}

export function formOf(reply: CannedReply): CannedForm {
  const { title, shortcut, personal, tags, texts } = reply;
  return { title, shortcut, personal, site: reply.site_id ?? "", queue: reply.queue_id ?? "", tags, texts };
}

export function patchOf(values: CannedForm): CannedReplyPatch {
  return {
    title: values.title.trim(),
    shortcut: values.shortcut,
    site_id: values.site || null,
    queue_id: values.queue || null,
    tags: values.tags,
    texts: values.texts,
  };
}

export function newOf(values: CannedForm): NewCannedReply {
  return { ...(patchOf(values) as NewCannedReply), personal: values.personal };
}

export function check(values: CannedForm, t: TFunction): Record<string, string> {
  const texts = Object.entries(values.texts).map(([tag, text]): [string, string | null] => [
    `texts.${tag}`,
    text.trim() === ""
      ? t("canned.body_required")
      : text.length > TEXT_LENGTH_MAX
        ? t("canned.body_long")
        : null,
  ]);
  return compact({
    title: checkName(values.title, t),
    shortcut: /^[a-z0-9_-]{1,32}$/.test(values.shortcut) ? null : t("canned.shortcut_bad"),
    ...Object.fromEntries(texts),
  });
}

/** A shortcut out of the title, while none was written: `Delivery times` becomes `delivery-times`. */
export function shortcutFrom(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 32);
}

export function mayEdit(reply: Pick<CannedReply, "personal">, user: SessionUser): boolean {
  return reply.personal || user.role !== "agent";
}
