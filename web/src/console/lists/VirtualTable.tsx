/** Owns tables of any length: only the rows on screen are drawn, and further pages are asked for before they are needed. */
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { type Range, useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useCallback, useEffect, useRef } from "react";
import classes from "./Lists.module.css";

const ROW_HEIGHT = 53;
/** Rows that are drawn beyond those on screen, and how many come or go at once: each time the whole table is laid out. */
const SPARE = 4;
const BLOCK = 4;
/** So many rows before the last one the next page is asked for. */
const AHEAD = 20;

export interface Sort<Key extends string> {
  key: Key;
  down: boolean;
}

export interface Column<T, Key extends string> {
  key: string;
  name: string;
  width?: string;
  /** Figures stand at the end of their column. */
  end?: boolean;
  /** Left out where there is no room for it. */
  wide?: boolean;
  /** Can be sorted by this; `down` to begin with. */
  sort?: { key: Key; down: boolean };
  /** Is called for each row that comes, of which there are many in a second: no hooks, and no components that have many. */
  cell(item: T): ReactNode;
}

interface VirtualTableProps<T, Key extends string> {
  label: string;
  columns: readonly Column<T, Key>[];
  items: readonly T[];
  keyOf(item: T): string;
  /** The item that is shown beside the table. */
  open?: string | null;
  onOpen(item: T): void;
  sort?: Sort<Key>;
  onSort?(sort: Sort<Key>): void;
  more?: (() => void) | null;
  loading?: boolean;
}

export function VirtualTable<T, Key extends string>(props: VirtualTableProps<T, Key>) {
  const { label, columns, items, keyOf, open, onOpen, more, loading } = props;
  const frame = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: SPARE,
    rangeExtractor: inBlocks,
  });
  const drawn = rows.getVirtualItems();
  const last = drawn.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last >= items.length - AHEAD) more();
  });
  const latest = useRef(onOpen);
  useEffect(() => {
    latest.current = onOpen;
  });
  /** The same for the life of the table: a row depends on nothing but what it shows. */
  const openItem = useCallback((item: T) => latest.current(item), []);
  const above = drawn[0]?.start ?? 0;
  const below = rows.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  return (
    <section className={classes.scroll} ref={frame} aria-label={label} aria-busy={loading}>
      <table className={classes.table} aria-rowcount={items.length + 1}>
        <colgroup>
          {columns.map((column) => (
            <col key={column.key} className={classOf(column)} style={{ width: column.width }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} className={classOf(column)} {...props} />
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr style={{ height: above }} />}
          {drawn.map(({ index }) => {
            const item = items[index];
            if (item === undefined) return null;
            const key = keyOf(item);
            return <Row key={key} item={item} columns={columns} open={open === key} onOpen={openItem} />;
          })}
          {below > 0 && <tr style={{ height: below }} />}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps<T, Key extends string> {
  item: T;
  columns: readonly Column<T, Key>[];
  open: boolean;
  onOpen(item: T): void;
}

/** Scrolling draws the rows that come, and a refresh those that have changed. */
const Row = memo(function Row<T, Key extends string>({ item, columns, open, onOpen }: RowProps<T, Key>) {
  return (
    <tr
      className={classes.tableRow}
      data-open={open}
      onClick={(event) => {
        if (!(event.target as Element).closest("a")) onOpen(item);
      }}
    >
      {columns.map((column) => (
        <td key={column.key} className={classOf(column)}>
          {column.cell(item)}
        </td>
      ))}
    </tr>
  );
}) as <T, Key extends string>(props: RowProps<T, Key>) => ReactNode;

/** The rows on screen and the spare ones, up to whole blocks. */
function inBlocks({ startIndex, endIndex, overscan, count }: Range): number[] {
  const first = Math.floor(Math.max(0, startIndex - overscan) / BLOCK) * BLOCK;
  const end = Math.min(count, Math.ceil((endIndex + overscan + 1) / BLOCK) * BLOCK);
  return Array.from({ length: Math.max(0, end - first) }, (_, n) => first + n);
}

function classOf({ end, wide }: { end?: boolean; wide?: boolean }): string {
  return [end && classes.end, wide && classes.wide].filter(Boolean).join(" ");
}

interface HeadingProps<T, Key extends string> {
  column: Column<T, Key>;
  className: string;
  sort?: Sort<Key>;
  onSort?(sort: Sort<Key>): void;
}

function Heading<T, Key extends string>({ column, className, sort, onSort }: HeadingProps<T, Key>) {
  const by = column.sort;
  if (!by || !sort || !onSort) {
    return (
      <th scope="col" className={className}>
        {column.name}
      </th>
    );
  }
  const active = sort.key === by.key;
  const Arrow = sort.down ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      className={className}
      aria-sort={active ? (sort.down ? "descending" : "ascending") : "none"}
    >
      <button
        type="button"
        className={classes.sort}
        data-active={active}
        onClick={() => onSort({ key: by.key, down: active ? !sort.down : by.down })}
      >
        {column.name}
        {active && <Arrow size={12} />}
      </button>
    </th>
  );
}
