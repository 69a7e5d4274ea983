/** Owns the short messages at the edge of the screen. */
import { notifications } from "@mantine/notifications";
import type { ReactNode } from "react";

export function told(message: string): void {
  notifications.show({ message, color: "accent", autoClose: 3_000 });
}

export function warned(message: string, title?: string): void {
  notifications.show({ message, title, color: "red", autoClose: 8_000 });
}

/** For what holds something to do. */
export function warnedUntilClosed(message: ReactNode): void {
  notifications.show({ message, color: "red", autoClose: false });
}
