/** Owns the way from the server's JSON pointers to the paths of form fields. */
import type { Problem } from "../../api/rest";

/** `/plan/form_invite/0/label` becomes `plan.form_invite.0.label`. */
export function pointerToPath(pointer: string): string {
  return pointer
    .replace(/^#/, "")
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/**
 * Messages by form path, and the messages that no path of `known` can show. A message below a known path belongs to it:
 * with `plan.hours` known, `/plan/hours/weekly/3` is shown there.
 */
export function fieldErrors(
  problem: Problem,
  known: (path: string) => string | null,
): { fields: Record<string, string>; rest: string[] } {
  const fields: Record<string, string> = {};
  const rest: string[] = [];
  for (const { pointer, detail: words } of problem.errors ?? []) {
    const detail = asSentence(words);
    const path = known(pointerToPath(pointer));
    if (path === null) rest.push(pointer ? `${pointer.replace(/^\//, "")}: ${detail}` : detail);
    else fields[path] = path in fields ? `${fields[path]} ${detail}` : detail;
  }
  return { fields, rest };
}

/** The server writes what is wrong with a field as the rest of a sentence; beside the field it stands alone. */
function asSentence(words: string): string {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
