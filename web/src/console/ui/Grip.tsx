/** Owns the handle by which a row is dragged to another place. Whoever does not drag has buttons beside it. */
import { IconGripVertical } from "@tabler/icons-react";
import classes from "./Grip.module.css";

interface GripProps {
  title: string;
  onDrag(): void;
  onEnd(): void;
}

export function Grip({ title, onDrag, onEnd }: GripProps) {
  return (
    <span
      className={classes.grip}
      draggable
      title={title}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        onDrag();
      }}
      onDragEnd={onEnd}
      aria-hidden="true"
    >
      <IconGripVertical size={16} />
    </span>
  );
}
