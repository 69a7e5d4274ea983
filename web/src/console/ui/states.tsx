/** Owns the three states of a view that has nothing to show yet: loading, error, empty. */
import { Button, Center, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff } from "@tabler/icons-react";
import type { UseQueryResult } from "@tanstack/react-query";
import { type ComponentType, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "../api/http";
import { handOnFocus } from "./handOnFocus";

interface EmptyProps {
  icon: ComponentType<{ size?: number; stroke?: number }>;
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  /** There is nothing else on the page: its title is the page's. */
  whole?: boolean;
}

/** Says what will appear here and what to do for it. */
export function Empty({ icon: Icon, title, text, action, whole = false }: EmptyProps) {
  return (
    <Center p="xl" mih={240}>
      <Stack align="center" gap={8} maw={400} ta="center">
        <Text c="dimmed" component="span" lh={0}>
          <Icon size={28} stroke={1.5} />
        </Text>
        <Title order={whole ? 1 : 2} size="h3">
          {title}
        </Title>
        {text && <Text c="dimmed">{text}</Text>}
        {action && <div style={{ marginTop: 8 }}>{action}</div>}
      </Stack>
    </Center>
  );
}

interface LoadErrorProps {
  error: unknown;
  retry(): void;
  /** It is asked for again. */
  loading?: boolean;
  /** How often it has failed: what is read aloud each time anew. */
  failures?: number;
}

export function LoadError({ error, retry, loading = false, failures }: LoadErrorProps) {
  const { t } = useTranslation();
  const status = error instanceof ApiError ? error.status : -1;
  const [title, text] =
    status === 0
      ? [t("error.network_title"), t("error.network_text")]
      : status === 403
        ? [t("error.forbidden_title"), t("error.forbidden_text")]
        : status === 404
          ? [t("error.not_found_title"), t("error.not_found_text")]
          : [t("error.load_title"), error instanceof Error ? error.message : t("error.server", { status })];
  return (
    <div role="alert" ref={handOnFocus}>
      <Empty
        icon={status === 0 ? IconCloudOff : IconAlertTriangle}
        title={title}
        text={<span key={failures}>{text}</span>}
        action={
          <Button variant="default" loading={loading} onClick={retry}>
            {t("action.retry")}
          </Button>
        }
      />
    </div>
  );
}

export function LoadingRows({ rows = 6, height = 36 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap={8} p="md" role="status" aria-label={t("state.loading")}>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <Skeleton key={index} height={height} radius="sm" />
      ))}
    </Stack>
  );
}

interface LoadedProps<T> {
  query: Pick<UseQueryResult<T>, "data" | "error" | "errorUpdateCount" | "isPending" | "refetch">;
  children: (data: T) => ReactNode;
  loading?: ReactNode;
}

/** Draws the data once there is some; until then that it is loading, or why it cannot be had. */
export function Loaded<T>({ query, children, loading }: LoadedProps<T>) {
  const error = useFailure(query);
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (error === null) return <>{loading ?? <LoadingRows />}</>;
  return (
    <LoadError
      error={error}
      retry={() => void query.refetch()}
      loading={query.isPending}
      failures={query.errorUpdateCount}
    />
  );
}

/** Why it failed, also while it is asked for again, which the query itself forgets then. */
function useFailure({ error, errorUpdateCount: failures }: LoadedProps<unknown>["query"]): Error | null {
  const [last, setLast] = useState({ error, failures });
  if (error !== null && error !== last.error) setLast({ error, failures });
  return error ?? (failures > 0 && failures === last.failures ? last.error : null);
}
