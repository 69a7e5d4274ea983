/** Owns the element below every button of Mantine's: while what it began is under way it takes no press, and keeps the focus. */
import type { ComponentProps, MouseEvent } from "react";

/** Mantine says of a button that it is loading, and disables it for that; only what is disabled besides is. */
interface HeldButtonProps extends ComponentProps<"button"> {
  "data-loading"?: boolean;
  "data-disabled"?: boolean;
}

export function HeldButton({ type = "button", disabled, onClick, ...others }: HeldButtonProps) {
  const held = others["data-loading"] === true && others["data-disabled"] !== true;
  return (
    <button
      {...others}
      type={type}
      disabled={disabled && !held}
      aria-busy={held || undefined}
      aria-disabled={held || others["aria-disabled"]}
      onClick={held ? ignored : onClick}
    />
  );
}

/** Enter in a field of its form presses it too. */
function ignored(event: MouseEvent): void {
  event.preventDefault();
  event.stopPropagation();
}
