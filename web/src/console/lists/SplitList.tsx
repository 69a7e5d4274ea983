/** Owns lists whose items open beside them: rows at the left, one item at the right; one of both where there is no room. */
import { Button } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Dot, type DotTone } from "../ui/Dot";
import { handOnFocus } from "../ui/handOnFocus";
import classes from "./Lists.module.css";

interface SplitListProps {
  /** An item is open. */
  open: boolean;
  list: ReactNode;
  item: ReactNode;
  /** The address of the list alone, and what it is called. */
  back: { href: string; label: string };
}

export function SplitList({ open, list, item, back }: SplitListProps) {
  return (
    <div className={classes.split} data-open={open}>
      <div className={classes.left}>{list}</div>
      <section className={classes.panel} data-open={open}>
        {open && (
          <Link href={back.href} className={classes.back}>
            <IconArrowLeft size={16} />
            {back.label}
          </Link>
        )}
        {item}
      </section>
    </div>
  );
}

export interface RowContent {
  key: string;
  href: string;
  tone: DotTone;
  name: string;
  when: ReactNode;
  preview: ReactNode;
}

interface RowsProps<T> {
  label: string;
  items: T[];
  open: string | null;
  row(item: T): RowContent;
  more: (() => void) | null;
  loading: boolean;
}

export function Rows<T>({ label, items, open, row, more, loading }: RowsProps<T>) {
  const { t } = useTranslation();
  return (
    <>
      <ul className={classes.rows} aria-label={label}>
        {items.map(row).map(({ key, href, tone, name, when, preview }) => (
          <li key={key}>
            <Link href={href} className={classes.row} aria-current={key === open ? "true" : undefined}>
              <span className={classes.rowHead}>
                <Dot tone={tone} />
                <span className={`${classes.rowName} clip`}>{name}</span>
                <span className={classes.when}>{when}</span>
              </span>
              <span className={`${classes.preview} clip`}>{preview}</span>
            </Link>
          </li>
        ))}
      </ul>
      {(more || loading) && (
        <Button variant="default" m="md" loading={loading} onClick={() => more?.()} ref={handOnFocus}>
          {t("lists.more")}
        </Button>
      )}
    </>
  );
}
