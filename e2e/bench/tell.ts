/** What the measuring scripts say, and what they are told. */

/** What a figure should keep to. */
export interface Aim {
  at_most?: number;
  at_least?: number;
}

/** One figure as a line of JSON, for whoever prints the table: its median, and its range to the 95th of a hundred. */
export function tell(name: string, unit: string, values: number[], aim: Aim = {}): void {
  const range = [percentile(values, 0), percentile(values, 95)];
  process.stdout.write(`\n${JSON.stringify({ name, value: median(values), unit, range, ...aim })}\n`);
}

/** As `tell`, and the value that 95 of a hundred are not above, with the aim. */
export function tellSlowest(name: string, unit: string, values: number[], aim: Aim): void {
  tell(`${name}, p50`, unit, values);
  const [slow, slowest] = [percentile(values, 95), percentile(values, 100)];
  process.stdout.write(
    `\n${JSON.stringify({ name: `${name}, p95`, value: slow, unit, range: [slow, slowest], ...aim })}\n`,
  );
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The value that so many of a hundred are not above. */
function percentile(values: number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * (sorted.length - 1))] ?? 0;
}

/** A variable of the environment, which the command sets. */
export function wanted(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run cargo xtask bench`);
  return value;
}
