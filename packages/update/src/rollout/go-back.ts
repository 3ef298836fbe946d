import type { Fitting } from './eligibility.ts';
import type { DeviceFacts } from './facts.ts';
import type { Member } from './member.ts';
import { type Reason, reason } from './reason.ts';
import type { EcuFacts, Release } from './release.ts';

/** What becomes of one device when a campaign is rolled back. */
export type WayBack =
  /** It does not run the release. */
  | { readonly kind: 'nothing'; readonly reason: Reason }
  /** It is told to run what it ran before. */
  | { readonly kind: 'back'; readonly fittings: readonly Fitting[]; readonly reason: Reason }
  /** It has burnt the counter of the release. */
  | { readonly kind: 'stuck'; readonly reason: Reason };

/**
 * Whether a device can go back. A counter that was burnt stays so: what a device has confirmed it keeps, unless what it ran
 * before has as high a counter, and until a newer release comes. Nothing that is assigned here has a lower counter than
 * what is burnt.
 *
 * @param previous what there is to go back to
 */
export function wayBack(
  member: Member,
  { ecus }: Pick<DeviceFacts, 'ecus'>,
  releases: readonly Release[],
  previous: readonly Release[],
): WayBack {
  const targets = new Set(releases.map(({ target }) => target));
  const isOnIt = member.installedAt !== undefined || member.confirmedAt !== undefined;
  const running = ecus.filter(({ target }) => target !== undefined && targets.has(target));
  if (running.length === 0 && !isOnIt) return { kind: 'nothing', reason: reason('aborted') };
  if (running.length === 0) {
    const before = previous.filter(({ hardwareIds }) =>
      ecus.some((ecu) => hardwareIds.includes(ecu.hardwareId)),
    );
    return { kind: 'nothing', reason: reason('went-back', { target: listed(before) }) };
  }
  const ways = running.map((ecu) => ({ ecu, release: releaseBefore(ecu, previous) }));
  const burnt = ways.find(({ release }) => release === undefined);
  if (burnt !== undefined)
    return { kind: 'stuck', reason: reason('cannot-go-back', { burnt: burnt.ecu.releaseCounter }) };
  const back = ways as readonly Fitting[];
  return {
    kind: 'back',
    fittings: back,
    reason: reason('going-back', { target: listed(back.map(({ release }) => release)) }),
  };
}

const releaseBefore = (ecu: EcuFacts, previous: readonly Release[]): Release | undefined =>
  previous.find(
    ({ hardwareIds, releaseCounter }) =>
      hardwareIds.includes(ecu.hardwareId) && releaseCounter >= ecu.releaseCounter,
  );

const listed = (releases: readonly Release[]): string =>
  releases.map(({ target }) => target).join(', ') || '–';
