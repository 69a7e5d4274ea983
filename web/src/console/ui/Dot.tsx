/** Owns the small coloured dot beside a status. The status is always written out beside it. */
import classes from "./Dot.module.css";

export type DotTone = "good" | "wait" | "alarm" | "off" | "accent";

export function Dot({ tone }: { tone: DotTone }) {
  return <span className={classes.dot} data-tone={tone} aria-hidden="true" />;
}
