/** Reports of something that goes on: at once, at most every so often, and once more when it has stopped. */

export interface Pace {
  period_ms: number;
  /** Without a further call for so long it has stopped. */
  settle_ms: number;
}

export interface Paced {
  (): void;
  pace(pace: Pace): void;
  stop(): void;
}

/** The last report is never before the last call, and late by `settle_ms` at most. */
export function paced(report: () => void, { period_ms, settle_ms }: Pace): Paced {
  let reported_at = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    clearTimeout(timer);
    timer = undefined;
    reported_at = performance.now();
    report();
  };
  const call = () => {
    if (performance.now() - reported_at >= period_ms) return now();
    clearTimeout(timer);
    timer = setTimeout(now, settle_ms);
  };
  return Object.assign(call, {
    pace: (next: Pace) => {
      ({ period_ms, settle_ms } = next);
    },
    stop: () => clearTimeout(timer),
  });
}

/** Often enough that a visitor who goes on is never taken for one who has stopped for `least_s`. */
export function paceFor(least_s: number): Pace {
  const period_ms = Math.min(10_000, Math.max(500, least_s * 500));
  return { period_ms, settle_ms: Math.min(1_000, period_ms / 2) };
}
