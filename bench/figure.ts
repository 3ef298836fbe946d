// What every benchmark prints and counts by: one JSON line per figure, medians over rounds, CPU time of processes.
import { readFileSync } from 'node:fs';

/** One figure, as a benchmark prints it. Values of one figure share its unit. */
export interface Figure {
  /** What was measured, in words that say what is included. */
  readonly figure: string;
  /** The median of the rounds, unless the figure names another quantile. */
  readonly value: number;
  /** `s`, `ms`, `µs`, `ns` (less is better) or `… per CPU second` and the like (more is better). */
  readonly unit: string;
  /** What the machine allows at best, measured in the same run. */
  readonly limit?: number;
  /** What another implementation does, measured in the same run. */
  readonly peer?: number;
  /** At least this must be reached, and this is aimed at. Which way is better shows from the two. */
  readonly floor?: number;
  readonly goal?: number;
  /** How many rounds the median is over, or how many samples a quantile. */
  readonly rounds?: number;
  /** Which side had no more to give, where there are several. */
  readonly limitedBy?: string;
  /** How many processes wanted a processor, on average over the last minute. */
  readonly load?: number;
}

/** A figure as it stands on a line: with the ratio of value to limit or peer. */
export interface PrintedFigure extends Figure {
  readonly ratio?: number;
}

/** Writes a figure as one line of JSON, three digits of it. */
export function print(figure: Figure): void {
  const { value, limit, peer, floor, goal, rounds, load, ...words } = figure;
  const beside = limit ?? peer;
  console.log(
    JSON.stringify({
      ...words,
      value: significant(value),
      ...(limit === undefined ? {} : { limit: significant(limit) }),
      ...(peer === undefined ? {} : { peer: significant(peer) }),
      ...(beside === undefined ? {} : { ratio: significant(value / beside) }),
      ...(floor === undefined ? {} : { floor }),
      ...(goal === undefined ? {} : { goal }),
      ...(rounds === undefined ? {} : { rounds }),
      ...(load === undefined ? {} : { load: significant(load) }),
    }),
  );
}

/** How a figure stands to what was asked of it; undefined if nothing was. */
export function standing({ value, floor, goal }: Figure): 'goal met' | 'floor met' | 'not met' | undefined {
  if (floor === undefined || goal === undefined) return undefined;
  const reaches = (mark: number) => (goal < floor ? value <= mark : value >= mark);
  if (reaches(goal)) return 'goal met';
  return reaches(floor) ? 'floor met' : 'not met';
}

/** Three digits that count; whole numbers above that stay whole. */
export function significant(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a part `share` of the values does not exceed: the nearest rank, nothing interpolated. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new Error('There is no quantile of nothing.');
  return found;
}

/** CPU seconds, user and system, that this process spent on some work, with all its threads. */
export async function cpuSeconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Linux counts in hundredths of a second wherever it shows times to programs. */
const ticksPerSecond = 100;

/** CPU seconds that a running process has spent so far, with all its threads (`/proc/PID/stat`, proc_pid_stat(5)). */
export function cpuSecondsOf(pid: number): number {
  const [, , user = 0, system = 0] = times(pid);
  return (user + system) / ticksPerSecond;
}

/** CPU seconds of all children of this process that have ended. */
export function cpuSecondsOfEndedChildren(): number {
  const [, , , , user = 0, system = 0] = times('self');
  return (user + system) / ticksPerSecond;
}

/** The fields of a process from `majflt` (12) on: the program's name before them may itself hold blanks. */
function times(pid: number | 'self'): number[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(9, 17)
    .map(Number);
}
