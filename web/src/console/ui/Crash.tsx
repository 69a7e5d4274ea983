/** Owns what is shown when drawing failed: what was kept, and a way on. */
import { Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Component, type ReactNode } from "react";
import { i18next } from "../i18n";
import { Empty } from "./states";

export class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert">
        <Empty
          icon={IconAlertTriangle}
          title={i18next.t("error.crash_title")}
          text={i18next.t("error.crash_text")}
          action={<Button onClick={() => location.reload()}>{i18next.t("error.reload")}</Button>}
        />
      </div>
    );
  }
}
