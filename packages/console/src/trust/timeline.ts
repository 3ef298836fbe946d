import type { PastStanding, PastVerdict } from '../api/device.ts';
import { type ClaimName, claimNames } from './claims.ts';
import type { Standing } from './standing.ts';
import { type Tier, tierOf } from './tiers.ts';

/** A time in which a claim, the status or the standing was of one tier. Shares are of the whole time shown, from 0 to 1. */
export interface Span {
  readonly tier: Tier;
  /** Of a row of standings. */
  readonly standing?: Standing;
  readonly from: number;
  readonly until: number;
  readonly start: number;
  readonly width: number;
}

export interface TimelineRow {
  readonly name: ClaimName | 'status' | 'standing';
  readonly spans: readonly Span[];
}

export interface Timeline {
  readonly from: number;
  readonly until: number;
  readonly rows: readonly TimelineRow[];
}

const standingTiers: Readonly<Record<Standing, Tier>> = {
  admitted: 'affirming',
  quarantined: 'warning',
  revoked: 'contraindicated',
};

/** One of several states that follow each other. */
interface State {
  readonly at: number;
  readonly tier: Tier;
  readonly standing?: Standing;
}

/**
 * The verdicts of a device as spans of time, up to now, and how it stood. The status comes first, then the standing,
 * then the claims in their order.
 */
export function timelineOf(
  verdicts: readonly PastVerdict[],
  now: number,
  standings: readonly PastStanding[] = [],
): Timeline | undefined {
  const from = verdicts[0]?.at;
  if (from === undefined) return undefined;
  const until = Math.max(now, (verdicts.at(-1)?.at ?? from) + 1);
  const row = (name: TimelineRow['name'], tierIn: (verdict: PastVerdict) => Tier): TimelineRow => ({
    name,
    spans: spansOf(
      verdicts.map((verdict) => ({ at: verdict.at, tier: tierIn(verdict) })),
      { from, until },
    ),
  });
  const stood = standings.map(({ at, standing }) => ({
    ...{ at: Math.max(at, from), standing },
    tier: standingTiers[standing],
  }));
  const rows = [
    row('status', ({ status }) => status),
    ...(stood.length === 0 ? [] : [{ name: 'standing' as const, spans: spansOf(stood, { from, until }) }]),
    ...claimNames.map((name) => row(name, ({ vector }) => tierOf(vector[name]))),
  ];
  return { from, until, rows };
}

function spansOf(
  states: readonly State[],
  { from, until }: Pick<Timeline, 'from' | 'until'>,
): readonly Span[] {
  const begins: State[] = [];
  for (const state of states) {
    // Of several at one moment, the last counts.
    if (begins.at(-1)?.at === state.at) begins.pop();
    if (begins.at(-1)?.tier !== state.tier) begins.push(state);
  }
  const whole = until - from;
  return begins.map(({ at, ...state }, index) => {
    const end = begins[index + 1]?.at ?? until;
    return { ...state, from: at, until: end, start: (at - from) / whole, width: (end - at) / whole };
  });
}
