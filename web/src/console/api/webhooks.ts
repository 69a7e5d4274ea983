/** Owns what the console reads from the server about webhooks: query keys and one hook for each resource. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { Page, Webhook, WebhookDelivery, WebhookDeliveryDetail } from "../../api/rest";
import { request } from "./http";

/** While something waits, the log is looked at again after this time. */
const WAITING_MS = 2_000;
const DUE_SOON_MS = 150_000;

export const webhookKeys = {
  all: ["webhooks"] as const,
  /** The secret that was just made; kept here alone, and gone with the page. */
  secret: (id: string) => ["webhook_secret", id] as const,
  deliveries: (id: string) => ["webhook_deliveries", id] as const,
  delivery: (id: string, event: string) => ["webhook_deliveries", id, event] as const,
};

export function useWebhooks() {
  return useQuery({
    queryKey: webhookKeys.all,
    queryFn: async ({ signal }) =>
      (await request<{ items: Webhook[] }>("GET", "/webhooks", undefined, signal)).items,
  });
}

export function useDeliveries(id: string) {
  return useInfiniteQuery({
    queryKey: webhookKeys.deliveries(id),
    queryFn: ({ pageParam, signal }) =>
      request<Page<WebhookDelivery>>(
        "GET",
        `/webhooks/${id}/deliveries${pageParam ? `?after=${pageParam}` : ""}`,
        undefined,
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some(isDueSoon)) ? WAITING_MS : false,
  });
}

export function useDelivery(id: string, event: string) {
  return useQuery({
    queryKey: webhookKeys.delivery(id, event),
    queryFn: ({ signal }) =>
      request<WebhookDeliveryDetail>("GET", `/webhooks/${id}/deliveries/${event}`, undefined, signal),
    refetchInterval: ({ state }) => (state.data && isDueSoon(state.data.delivery) ? WAITING_MS : false),
  });
}

/** Soon, or under way: what is being told is due again when its claim runs out, after two minutes. */
function isDueSoon({ due_at }: WebhookDelivery): boolean {
  return due_at !== null && due_at - Date.now() < DUE_SOON_MS;
}
