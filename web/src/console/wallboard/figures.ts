/** Owns how the boards of several queues add up to the figures on top, and who serves them. Pure. */
import type { AgentRow, QueueBoard } from "../../api/rest";

export interface Figures {
  waiting: number;
  waiting_since: number | null;
  active: number;
  /** Percent; null when nobody was answered or lost. */
  service_level: number | null;
  mean_wait_ms: number | null;
  accepted: number;
  presented: number;
}

export function addUp(queues: readonly QueueBoard[]): Figures {
  const sum = (of: (queue: QueueBoard) => number) => queues.reduce((total, queue) => total + of(queue), 0);
  const answered = sum((queue) => queue.day.answered);
  const settled = answered + sum((queue) => queue.day.lost);
  const waits = queues.map((queue) => queue.waiting_since).filter((since) => since !== null);
  const waited_ms = sum((queue) => (queue.day.mean_wait_ms ?? 0) * queue.day.answered);
  return {
    waiting: sum((queue) => queue.waiting),
    waiting_since: waits.length > 0 ? Math.min(...waits) : null,
    active: sum((queue) => queue.active),
    service_level:
      settled > 0 ? Math.floor((sum((queue) => queue.day.answered_in_time) * 100) / settled) : null,
    mean_wait_ms: answered > 0 ? Math.round(waited_ms / answered) : null,
    accepted: sum((queue) => queue.offers.accepted),
    presented: sum((queue) => presented(queue)),
  };
}

/** Those who serve one of these queues. */
export function serving(agents: readonly AgentRow[], queues: readonly QueueBoard[]): AgentRow[] {
  const shown = new Set(queues.map(({ queue }) => queue.id));
  return agents.filter((agent) => agent.queues.some((queue) => shown.has(queue)));
}

/** All offers of a queue today, however they ended. */
export function presented({ offers }: QueueBoard): number {
  const { open, accepted, rejected, ignored, passively_ignored, withdrawn } = offers;
  return open + accepted + rejected + ignored + passively_ignored + withdrawn;
}
