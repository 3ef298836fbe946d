import { type CompiledPolicies, decide } from '@kiten/policy';
import type { TrafficSum } from '../store/traffic-sums.ts';
import type { PolicyWorld } from './policy-questions.ts';

/** What a device did, and what would come of it under other policies. */
export interface ReplayedRow {
  readonly device: string;
  readonly action: string;
  readonly topic: string;
  /** How often it was counted. */
  readonly requests: number;
  /** The policies that would decide: none if nothing would permit it. */
  readonly policies: readonly string[];
}

export interface ReplayedChange {
  /** How many requests it is, and rows: those with the most requests are named. */
  readonly requests: number;
  readonly rows: number;
  readonly most: readonly ReplayedRow[];
}

export interface PolicyReplay {
  readonly requests: number;
  /** Counted without device and topic, because there were too many to tell apart. */
  readonly untold: number;
  readonly denied: ReplayedChange;
  readonly allowed: ReplayedChange;
}

const mostNamed = 50;

/**
 * Decides what was counted once more, by the policies in force and by others, about devices as they stand now: what is
 * otherwise is the policies' doing alone.
 */
export function replayTraffic(
  traffic: readonly TrafficSum[],
  world: PolicyWorld,
  before: CompiledPolicies,
  after: CompiledPolicies,
): PolicyReplay {
  const denied: ReplayedRow[] = [];
  const allowed: ReplayedRow[] = [];
  let [total, untold] = [0, 0];
  for (const row of traffic) {
    const requests = row.allowed + row.denied;
    total += requests;
    if (row.device === '*') {
      untold += requests;
      continue;
    }
    const request = world.requestOf(row);
    const [was, becomes] = [decide(before, request, world), decide(after, request, world)];
    if (was.allow === becomes.allow) continue;
    const { device, action, topic } = row;
    const replayed = { device, action, topic, requests, policies: becomes.reasons };
    (becomes.allow ? allowed : denied).push(replayed);
  }
  return { requests: total, untold, denied: changeOf(denied), allowed: changeOf(allowed) };
}

function changeOf(rows: readonly ReplayedRow[]): ReplayedChange {
  return {
    requests: rows.reduce((sum, { requests }) => sum + requests, 0),
    rows: rows.length,
    most: rows.toSorted((left, right) => right.requests - left.requests).slice(0, mostNamed),
  };
}
