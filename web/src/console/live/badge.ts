/** Owns the icon of the tab while something waits: the mark with a count. Pure. */
import { MARK_PATH } from "../ui/mark-path";

export function badgeText(count: number): string {
  return count > 9 ? "9+" : String(count);
}

export function badgeIcon(count: number): string {
  const text = badgeText(count);
  const size = text.length > 1 ? 11 : 14;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#0f766e" fill-rule="evenodd" d="${MARK_PATH}"/><circle cx="16.5" cy="16.5" r="7.5" fill="#c81e1e"/><text x="16.5" y="${16.5 + size * 0.36}" font-family="sans-serif" font-weight="700" font-size="${size}" fill="#fff" text-anchor="middle">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
