/** Owns drawing a QR code. Dark on light in either colour scheme: many cameras read it only so. */
import { encode } from "uqr";

/** Modules of light around the code, as the standard asks for. */
const QUIET = 4;

export function Qr({ text, label, size = 176 }: { text: string; label: string; size?: number }) {
  const { data } = encode(text, { border: QUIET });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${data.length} ${data.length}`}
      width={size}
      height={size}
      shapeRendering="crispEdges"
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
