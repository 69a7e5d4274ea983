/** Owns the mark of the product: a raised hand in a speech bubble, one path, one colour. */
import { MARK_PATH } from "./mark-path";

export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="currentColor"
      fillRule="evenodd"
      aria-hidden="true"
    >
      <path d={MARK_PATH} />
    </svg>
  );
}
