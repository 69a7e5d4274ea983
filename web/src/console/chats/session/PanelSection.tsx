/** Owns one part of Active session: its title, and whether it is folded, which this browser remembers. */
import { IconChevronDown } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import classes from "../Session.module.css";

const KEY = "beckon.console.folded";

interface PanelSectionProps {
  /** Names the section in what the browser remembers. */
  name: string;
  title: string;
  children: ReactNode;
}

export function PanelSection({ name, title, children }: PanelSectionProps) {
  const [open, setOpen] = useState(() => !foldedSections().includes(name));
  const body = useId();
  const toggle = () => {
    setOpen(!open);
    const others = foldedSections().filter((folded) => folded !== name);
    localStorage.setItem(KEY, JSON.stringify(open ? [...others, name] : others));
  };
  return (
    <section className={classes.part}>
      <h2>
        <button
          type="button"
          className={classes.fold}
          aria-expanded={open}
          aria-controls={body}
          onClick={toggle}
        >
          {title}
          <IconChevronDown size={14} className={classes.foldMark} data-open={open} />
        </button>
      </h2>
      <div id={body} hidden={!open}>
        {children}
      </div>
    </section>
  );
}

function foldedSections(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}
