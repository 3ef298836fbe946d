import type { Fitting } from './eligibility.ts';
import type { DeviceFacts } from './facts.ts';
import type { Member } from './member.ts';
import { type Reason, reason } from './reason.ts';
import { type Release, releaseFor } from './release.ts';

/** What becomes of one device when a campaign is rolled back. */
export type WayBack =
  /** It does not run the release. */
  | { readonly kind: 'nothing'; readonly reason: Reason }
  /** It goes back: by itself to what it ran before where nothing is burnt, or to what it is told. */
  | { readonly kind: 'back'; readonly fittings: readonly Fitting[]; readonly reason: Reason }
  /** It has burnt the counter of the release. */
  | { readonly kind: 'stuck'; readonly reason: Reason };

/**
 * Whether a device can go back. Until it confirms, the counter is not burnt: told of the release no longer, it returns to
 * what it ran. What it has confirmed it keeps, unless there is something to go back to with as high a counter, and until
 * a newer release comes. Nothing that is assigned here has a lower counter than what is burnt.
 *
 * @param previous what there is to go back to
 */
export function wayBack(
  member: Member,
  { ecus }: Pick<DeviceFacts, 'ecus'>,
  releases: readonly Release[],
  previous: readonly Release[],
): WayBack {
  const running = ecus.flatMap((ecu) => {
    const release = releaseFor(ecu, releases);
    return release !== undefined && release.target === ecu.target ? [{ ecu, release }] : [];
  });
  if (running.length === 0) {
    const wasOnIt = member.installedAt !== undefined || member.confirmedAt !== undefined;
    return { kind: 'nothing', reason: reason(wasOnIt ? 'went-back' : 'aborted') };
  }
  const confirmed = running.filter(({ ecu, release }) => ecu.releaseCounter >= release.releaseCounter);
  const ways = confirmed.map(({ ecu }) => {
    const enough = previous.filter(({ releaseCounter }) => releaseCounter >= ecu.releaseCounter);
    return { ecu, release: releaseFor(ecu, enough) };
  });
  const burnt = ways.find(({ release }) => release === undefined);
  if (burnt !== undefined)
    return { kind: 'stuck', reason: reason('cannot-go-back', { burnt: burnt.ecu.releaseCounter }) };
  return { kind: 'back', fittings: ways as readonly Fitting[], reason: reason('going-back') };
}

/** The device as a campaign that is rolled back has it. Whoever waits, or has gone back by itself, is left alone. */
export function goneBack(member: Member, way: WayBack, now: number): Member {
  const { state } = member;
  if (state === 'waiting' || state === 'returned' || member.failure === 'rolled-back') return member;
  const next = { nothing: 'returned', back: 'returning', stuck: 'stuck' } as const;
  if (state === next[way.kind]) return member;
  return { ...member, state: next[way.kind], ...(way.kind === 'back' ? {} : { endedAt: now }) };
}
