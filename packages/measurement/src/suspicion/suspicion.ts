import type { FaultKind } from './kind.ts';

/** What is thought to have happened to readings, to a sensor, to a device or to several of them. */
export interface Suspicion {
  /** 1 is where an alarm begins. */
  readonly severity: number;
  /** The moment from which on there is no trust, in the seconds of the stream. */
  readonly began: number;
  /** Those that carry it, the farthest from normal first. */
  readonly channels: readonly Carrier[];
  readonly kind: FaultKind;
  /** That it is this kind: from 0 to 1. */
  readonly confidence: number;
  /** What says so: names of detectors and of cross-checks, `freshness` … */
  readonly sources: readonly string[];
}

export interface Carrier {
  readonly channel: string;
  /** Of what is out of place; those of one suspicion sum to 1 at most. */
  readonly share: number;
}

/**
 * One suspicion from several about the same sensor or device: as severe as the worst, as old as the oldest that is an alarm,
 * and of the kind that most of the confidence, weighed by severity, speaks for. What agrees adds to the confidence as
 * independent evidence does, what disagrees takes from it.
 *
 * @returns `undefined` of none
 */
export function combined(suspicions: readonly Suspicion[]): Suspicion | undefined {
  const [first] = suspicions;
  if (first === undefined || suspicions.length === 1) return first;
  const severity = Math.max(...suspicions.map((each) => each.severity));
  const alarms = suspicions.filter((each) => each.severity >= Math.min(1, severity));
  const kind = kindOf(alarms);
  const doubt = (agrees: boolean) =>
    alarms.reduce((left, each) => ((each.kind === kind) === agrees ? left * (1 - each.confidence) : left), 1);
  return {
    severity,
    began: Math.min(...alarms.map(({ began }) => began)),
    channels: carriersOf(alarms),
    kind,
    confidence: (1 - doubt(true)) * (0.5 + 0.5 * doubt(false)),
    sources: [...new Set(alarms.flatMap(({ sources }) => sources))],
  };
}

function kindOf(suspicions: readonly Suspicion[]): FaultKind {
  const votes = new Map<FaultKind, number>();
  for (const { kind, confidence, severity } of suspicions)
    if (kind !== 'unknown')
      votes.set(kind, (votes.get(kind) ?? 0) + confidence * Math.log1p(Math.min(severity, 1e6)));
  return [...votes].reduce<[FaultKind, number]>(
    (best, next) => (next[1] > best[1] ? next : best),
    ['unknown', 0],
  )[0];
}

function carriersOf(suspicions: readonly Suspicion[]): Carrier[] {
  const total = suspicions.reduce((sum, { severity }) => sum + severity, 0) || 1;
  const shares = new Map<string, number>();
  for (const { channels, severity } of suspicions)
    for (const { channel, share } of channels)
      shares.set(channel, (shares.get(channel) ?? 0) + share * (severity / total));
  return [...shares]
    .map(([channel, share]) => ({ channel, share }))
    .sort((one, other) => other.share - one.share);
}
