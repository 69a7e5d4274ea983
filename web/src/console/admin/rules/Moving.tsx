/**
 * Owns what moves a rule in the list: what dragging does, and two buttons for whoever does not drag. A button that can do no
 * more keeps the focus.
 */
import { ActionIcon } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { unavailable } from "../../ui/unavailable";
import own from "./Rules.module.css";

export interface Move {
  up: (() => void) | null;
  down: (() => void) | null;
  drag(): void;
  enter(): void;
  drop(): void;
  end(): void;
  /** What is dragged would go before this rule. */
  isTarget: boolean;
  isDragged: boolean;
}

export function MoveButtons({ name, move }: { name: string; move: Move }) {
  const { t } = useTranslation();
  return (
    <span className={own.moves}>
      <ActionIcon
        variant="subtle"
        aria-label={t("rules.move_up", { name })}
        {...unavailable(move.up === null)}
        onClick={() => move.up?.()}
      >
        <IconArrowUp size={16} />
      </ActionIcon>
      <ActionIcon
        variant="subtle"
        aria-label={t("rules.move_down", { name })}
        {...unavailable(move.down === null)}
        onClick={() => move.down?.()}
      >
        <IconArrowDown size={16} />
      </ActionIcon>
    </span>
  );
}
