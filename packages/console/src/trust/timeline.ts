import type { PastVerdict } from '../api/device.ts';
import { type ClaimName, claimNames } from './claims.ts';
import { type Tier, tierOf } from './tiers.ts';

/** A time in which a claim, or the status, was of one tier. Shares are of the whole time shown, from 0 to 1. */
export interface Span {
  readonly tier: Tier;
  readonly from: number;
  readonly until: number;
  readonly start: number;
  readonly width: number;
}

export interface TimelineRow {
  readonly name: ClaimName | 'status';
  readonly spans: readonly Span[];
}

export interface Timeline {
  readonly from: number;
  readonly until: number;
  readonly rows: readonly TimelineRow[];
}

/** The verdicts of a device as spans of time, up to now. The status comes first, then the claims in their order. */
export function timelineOf(verdicts: readonly PastVerdict[], now: number): Timeline | undefined {
  const from = verdicts[0]?.at;
  if (from === undefined) return undefined;
  const until = Math.max(now, (verdicts.at(-1)?.at ?? from) + 1);
  const row = (name: TimelineRow['name'], tierIn: (verdict: PastVerdict) => Tier): TimelineRow => ({
    name,
    spans: spansOf(verdicts, tierIn, until),
  });
  const rows = [
    row('status', ({ status }) => status),
    ...claimNames.map((name) => row(name, ({ vector }) => tierOf(vector[name]))),
  ];
  return { from, until, rows };
}

function spansOf(
  verdicts: readonly PastVerdict[],
  tierIn: (verdict: PastVerdict) => Tier,
  until: number,
): readonly Span[] {
  const begins: { tier: Tier; at: number }[] = [];
  for (const verdict of verdicts) {
    const tier = tierIn(verdict);
    if (begins.at(-1)?.tier !== tier) begins.push({ tier, at: verdict.at });
  }
  const from = begins[0]?.at ?? until;
  const whole = until - from;
  return begins.map(({ tier, at }, index) => {
    const end = begins[index + 1]?.at ?? until;
    return { tier, from: at, until: end, start: (at - from) / whole, width: (end - at) / whole };
  });
}
