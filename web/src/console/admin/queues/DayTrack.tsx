/**
 * Owns one day as a bar of 24 hours: what is open is seen at a glance, and is drawn or stretched with the pointer. The fields
 * beside it say and change the same, for whoever has no pointer.
 */
import { useRef, useState } from "react";
import type { Period } from "../../../api/rest";
import classes from "./Week.module.css";
import { DAY_MINUTES, drawn, type Stretch, snapped, stretched, stretchesOf } from "./week";

interface DayTrackProps {
  weekly: Period[];
  weekday: number;
  /** The minute that it is now, where it is this day. */
  now: number | null;
  onChange(weekly: Period[]): void;
}

/** What is being drawn: a new period, or an end of one that is there. */
type Act = { begun: number; at: number } | { index: number; edge: "from" | "to"; at: number };

const share = (minutes: number) => `${(minutes / DAY_MINUTES) * 100}%`;

export function DayTrack({ weekly, weekday, now, onChange }: DayTrackProps) {
  const track = useRef<HTMLDivElement>(null);
  const [act, setAct] = useState<Act | null>(null);
  const timeAt = (x: number) => {
    const box = track.current?.getBoundingClientRect();
    return box && box.width > 0 ? snapped((x - box.left) / box.width) : 0;
  };
  const shown = act ? after(weekly, weekday, act) : weekly;
  const begin = (event: React.PointerEvent) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { index, edge } = (event.target as HTMLElement).dataset;
    const at = timeAt(event.clientX);
    if (index !== undefined && (edge === "from" || edge === "to")) setAct({ index: Number(index), edge, at });
    else if (index === undefined) setAct({ begun: at, at });
  };
  const move = (event: React.PointerEvent) => {
    if (act) setAct({ ...act, at: timeAt(event.clientX) });
  };
  const end = () => {
    if (act && shown !== weekly) onChange(shown);
    setAct(null);
  };
  return (
    <div
      ref={track}
      className={classes.track}
      aria-hidden="true"
      onPointerDown={begin}
      onPointerMove={move}
      onPointerUp={end}
      onPointerCancel={() => setAct(null)}
    >
      {stretchesOf(shown, weekday).map((stretch) => (
        <Bar key={`${stretch.index}-${stretch.carried}`} stretch={stretch} />
      ))}
      {now !== null && <span className={classes.now} style={{ left: share(now) }} />}
    </div>
  );
}

function Bar({ stretch: { from, to, index, carried, over } }: { stretch: Stretch }) {
  const style = { left: share(from), width: share(to - from) };
  return (
    <span className={classes.bar} style={style} data-index={index} data-carried={carried} data-over={over}>
      {!carried && <span className={classes.edge} data-index={index} data-edge="from" />}
      {!over && <span className={classes.edge} data-index={index} data-edge="to" />}
    </span>
  );
}

function after(weekly: Period[], weekday: number, act: Act): Period[] {
  if ("begun" in act) {
    const added = drawn(weekday, act.begun, act.at);
    return added ? [...weekly, added] : weekly;
  }
  const held = weekly[act.index];
  const changed = held && stretched(held, act.edge, act.at);
  if (!changed || changed === held) return weekly;
  return weekly.map((period, index) => (index === act.index ? changed : period));
}
