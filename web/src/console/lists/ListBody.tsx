/** Owns what stands in the place of a list: that it loads, why it cannot be had, that it is empty, or that nothing fits. */
import { Button } from "@mantine/core";
import { IconSearchOff } from "@tabler/icons-react";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ComponentProps, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Page } from "../../api/rest";
import { Empty, LoadError, LoadingRows } from "../ui/states";

export type PagedQuery<T> = UseInfiniteQueryResult<InfiniteData<Page<T>>>;

interface ListBodyProps<T> {
  query: PagedQuery<T>;
  empty: ComponentProps<typeof Empty>;
  /** Takes the filters away; absent while there is none. */
  clear?: (() => void) | undefined;
  rowHeight: number;
  /** Draws the items; `more` is there while there are more on the server and none are under way. */
  children(items: T[], more: (() => void) | null, loading: boolean): ReactNode;
}

export function ListBody<T>({ query, empty, clear, rowHeight, children }: ListBodyProps<T>) {
  if (query.data === undefined) {
    return query.isError ? (
      <LoadError error={query.error} retry={() => void query.refetch()} />
    ) : (
      <LoadingRows rows={10} height={rowHeight - 8} />
    );
  }
  const items = query.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return clear ? <NothingFits clear={clear} /> : <Empty {...empty} />;
  const more = query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : null;
  return <>{children(items, more, query.isFetchingNextPage)}</>;
}

export function NothingFits({ clear }: { clear: () => void }) {
  const { t } = useTranslation();
  return (
    <Empty
      icon={IconSearchOff}
      title={t("lists.no_match_title")}
      text={t("lists.no_match_text")}
      action={
        <Button variant="default" onClick={clear}>
          {t("lists.clear_filter")}
        </Button>
      }
    />
  );
}
