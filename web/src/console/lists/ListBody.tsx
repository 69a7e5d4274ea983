/** Owns what stands in the place of a list: that it loads, why it cannot be had, that it is empty, or that nothing fits; and below it, that there is more which cannot be had. */
import { Button } from "@mantine/core";
import { IconSearchOff } from "@tabler/icons-react";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ComponentProps, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Page } from "../../api/rest";
import { handOnFocus } from "../ui/handOnFocus";
import { Empty, Loaded, LoadingRows } from "../ui/states";
import classes from "./Lists.module.css";

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
  const failed = query.isFetchNextPageError;
  const next = () => void query.fetchNextPage();
  // Asking for more would end whatever else is under way.
  const more = query.hasNextPage && !query.isFetching && !failed ? next : null;
  return (
    <Loaded query={query} loading={<LoadingRows rows={10} height={rowHeight - 8} />}>
      {({ pages }) => {
        const items = pages.flatMap((page) => page.items);
        if (items.length === 0) return clear ? <NothingFits clear={clear} /> : <Empty {...empty} />;
        return (
          <>
            {children(items, more, query.isFetchingNextPage && !failed)}
            {failed && <MoreFailed retry={next} loading={query.isFetchingNextPage} />}
          </>
        );
      }}
    </Loaded>
  );
}

/** Nobody asks again by scrolling: that would be at once, and for ever. */
export function MoreFailed({ retry, loading }: { retry: () => void; loading: boolean }) {
  const { t } = useTranslation();
  return (
    <div className={classes.failed} role="alert" ref={handOnFocus}>
      <span>{t("lists.more_failed")}</span>
      <Button size="xs" variant="default" loading={loading} onClick={retry}>
        {t("action.retry")}
      </Button>
    </div>
  );
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
