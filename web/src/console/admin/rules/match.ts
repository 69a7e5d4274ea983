/** Owns comparing a text with a rule while it is being written. Pure; what counts is the server's own comparison. */
import type { RulePlan } from "../../../api/rest";

type Match = Pick<RulePlan, "match_type" | "match_value">;

/** Why a regular expression cannot be one, or null. Flags in front, which only the server knows, are taken off. */
export function regexProblem(value: string): string | null {
  try {
    toRegExp(value);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.replace(/^Invalid regular expression: (\/.*\/\w*: )?/, "");
  }
}

/** Whether `text` matches; null when the expression is none. */
export function matches({ match_type, match_value }: Match, text: string): boolean | null {
  switch (match_type) {
    case "contains":
      return text.toLowerCase().includes(match_value.toLowerCase());
    case "equals":
      return text.toLowerCase() === match_value.toLowerCase();
    case "regex":
      try {
        return toRegExp(match_value).test(text);
      } catch {
        return null;
      }
  }
}

function toRegExp(value: string): RegExp {
  const flags = /^\(\?([a-z]+)\)/.exec(value);
  const plain = (flags ? value.slice(flags[0].length) : value).replaceAll("(?P<", "(?<");
  return new RegExp(plain, flags?.[1]?.includes("i") ? "iu" : "u");
}
