/** Owns the finding of links in plain text: http, https, mailto and tel only. Pure; drawing stands elsewhere. */
export type Piece = { text: string; href?: string };

const LINK = /\bhttps?:\/\/[^\s<>"']+|\b(?:mailto|tel):[^\s<>"']+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/gi;
/** Punctuation at the end of a link belongs to the sentence, not to the link. */
const TRAILING = /[.,;:!?)\]}]+$/;

export function linkify(text: string): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const found = match[0].replace(TRAILING, "");
    if (match.index > done) pieces.push({ text: text.slice(done, match.index) });
    pieces.push({ text: found, href: hrefOf(found) });
    done = match.index + found.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done) });
  return pieces;
}

function hrefOf(found: string): string {
  return /^(https?|mailto|tel):/i.test(found) ? found : `mailto:${found}`;
}
