/** Owns which of the console's dialogs is open, and loads each only when it is. */
import { lazy, Suspense } from "react";
import type { DialogName } from "./AccountMenu";

const OptionsDialog = lazy(() =>
  import("./OptionsDialog").then((module) => ({ default: module.OptionsDialog })),
);
const ReadyCheck = lazy(() => import("./ReadyCheck").then((module) => ({ default: module.ReadyCheck })));
const ShortcutSheet = lazy(() =>
  import("../keys/ShortcutSheet").then((module) => ({ default: module.ShortcutSheet })),
);

interface DialogsProps {
  open: DialogName | null;
  onClose(): void;
}

export function Dialogs({ open, onClose }: DialogsProps) {
  return (
    <Suspense fallback={null}>
      {open === "options" && <OptionsDialog opened onClose={onClose} />}
      {open === "ready" && <ReadyCheck opened onClose={onClose} />}
      {open === "sheet" && <ShortcutSheet opened onClose={onClose} />}
    </Suspense>
  );
}
