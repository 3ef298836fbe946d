import type { Outcome } from './device-decisions.ts';

/** What a device that asks is answered. */
export interface ManifestAnswer {
  /** Targets that its director metadata names now. */
  readonly assigned: readonly string[];
  /** Targets that it was told before, is told no longer, and goes back from unless it has confirmed them. */
  readonly withdrawn: readonly string[];
  readonly checkAgainInSeconds: number;
}

const shortly = 60;
const usually = 900;
const atLatest = 6 * 3600;

export function answerOf(outcomes: readonly Outcome[], now: number): ManifestAnswer {
  const targets = (some: readonly Outcome[]) => [
    ...new Set(some.flatMap(({ fittings }) => fittings.map(({ release }) => release.target))),
  ];
  const assigned = targets(outcomes);
  const withdrawn = outcomes
    .filter(
      ({ after, fittings, reason: { code } }) =>
        after.state === 'returning' ||
        (after.assignedAt !== undefined &&
          fittings.length === 0 &&
          (after.state === 'waiting' || code === 'release-withdrawn')),
    )
    .flatMap(({ campaign }) => campaign.releases.map(({ target }) => target))
    .filter((target) => !assigned.includes(target));
  const until = Math.min(...outcomes.map(({ until: at }) => at ?? Number.POSITIVE_INFINITY));
  const seconds = Number.isFinite(until) ? Math.ceil((until - now) / 1000) : usually;
  const checkAgainInSeconds = Math.min(Math.max(seconds, shortly), atLatest);
  return { assigned, withdrawn: [...new Set(withdrawn)], checkAgainInSeconds };
}
