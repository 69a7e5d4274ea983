/** Finds what may be a link in a message. Knows http, https, mailto and tel, and nothing else. */

export type Piece = { text: string; href?: string };

const link = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"']+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
const allowed = /^(?:https?|mailto|tel):/i;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(link)) {
    const found = trimEnd(match[0]);
    const href = allowed.test(found) ? found : `mailto:${found}`;
    const at = match.index ?? 0;
    if (at > from) pieces.push({ text: text.slice(from, at) });
    pieces.push({ text: found, href });
    from = at + found.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from) });
  return pieces;
}

/** Punctuation that ends the sentence is not part of the address; a closing bracket is when its opening one is. */
function trimEnd(found: string): string {
  const trimmed = found.replace(/[.,;:!?…]+$/, "");
  if (trimmed.endsWith(")") && !trimmed.includes("(")) return trimEnd(trimmed.slice(0, -1));
  return trimmed;
}
