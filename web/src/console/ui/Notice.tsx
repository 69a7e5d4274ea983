/** Owns a notice that comes and goes: a note where it is there from the first paint, and read aloud where it comes later. */
import { Alert, type AlertProps } from "@mantine/core";
import { useState } from "react";

interface NoticeProps extends AlertProps {
  when: boolean;
}

export function Notice({ when, ...others }: NoticeProps) {
  const [from_first, setFromFirst] = useState(when);
  if (from_first && !when) setFromFirst(false);
  return when && <Alert {...others} role={from_first ? "note" : "alert"} />;
}
