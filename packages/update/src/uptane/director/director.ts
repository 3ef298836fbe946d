import { type Clock, KitenError, type Signer } from '@kiten/codec';
import { defaultTufLimits } from '../../tuf/limits.ts';
import type { Fields } from '../../tuf/metadata/fields.ts';
import type { Vehicle } from '../ecu.ts';
import type { ImageRules } from '../image-rules.ts';
import type { VerifiedManifest } from '../manifest/verify-manifest.ts';
import { formatOf, type UptaneProfile } from '../profile.ts';
import { type Assignment, checkAssignments, textOfAssignments } from './assignment.ts';
import { checkBundle } from './check-bundle.ts';
import {
  type DirectorFile,
  type DirectorMetadata,
  type Heading,
  saySnapshot,
  sayTargets,
  sayTimestamp,
} from './director-metadata.ts';
import { OnlineRole, type OnlineRoleName } from './online-role.ts';

export interface DirectorOptions {
  /** The newest root of the Director repository. Whoever hands it in vouches for it. */
  readonly root: Uint8Array;
  /** Keys at hand: those that the root names for targets, snapshot and timestamp are made use of. */
  readonly signers: readonly Signer[];
  readonly clock: Clock;
  /** What the Image repository says of an image: for what images need, and can’t be together with. */
  readonly rulesOf: (path: string) => ImageRules | undefined;
  /** How long targets (and snapshot) and timestamp hold, in milliseconds. Renewed when half of it is over. */
  readonly lifetimes?: Partial<DirectorLifetimes>;
  readonly profile?: UptaneProfile;
}

export type DirectorLifetimes = Readonly<Record<'targets' | 'timestamp', number>>;

const day = 86_400_000;
const defaultLifetimes: DirectorLifetimes = { targets: 30 * day, timestamp: day };

/**
 * The Director repository (Uptane 2.1 §5.3.2): says to each vehicle which images its ECUs are to run, in metadata of its
 * own. It keeps nothing; what it has said to a vehicle before is handed in with the next question.
 */
export class Director {
  readonly #options: DirectorOptions;
  readonly #profile: UptaneProfile;
  readonly #lifetimes: DirectorLifetimes;
  readonly #roles: Readonly<Record<OnlineRoleName, OnlineRole>>;
  readonly #keys: string;
  /** The newest: while many vehicles are told something in one second, they share one. */
  #snapshot: DirectorFile | undefined;

  /** @throws KitenError `update/uptane-director-key`, or what makes the root none. */
  constructor(options: DirectorOptions) {
    this.#options = options;
    this.#profile = options.profile ?? 'standard';
    this.#lifetimes = { ...defaultLifetimes, ...options.lifetimes };
    const root = formatOf(this.#profile).read('root', options.root, defaultTufLimits.rootBytes).metadata;
    const role = (name: OnlineRoleName) => new OnlineRole(name, root, options.signers, this.#profile);
    this.#roles = { targets: role('targets'), snapshot: role('snapshot'), timestamp: role('timestamp') };
    this.#keys = Object.values(this.#roles)
      .map(({ keyIds }) => keyIds)
      .join('|');
  }

  /**
   * The metadata for a vehicle (Uptane 2.1 §5.3.2.1, steps 5 to 7).
   *
   * @param manifest the vehicle’s latest, verified.
   * @param assignments for each ECU one image at most; for all that are to be updated together, since a vehicle installs
   * them as one group.
   * @param previous what was said to it last. The very same object comes back when that still holds, so that nothing has
   * to be stored; anything else is to be stored before it is served.
   * @throws KitenError `update/uptane-other-vehicle`, `update/uptane-release-rollback`, or what {@link checkAssignments}
   * and {@link orderOfBundle} refuse.
   */
  metadataFor(
    vehicle: Vehicle,
    manifest: VerifiedManifest,
    assignments: readonly Assignment[],
    previous?: DirectorMetadata,
  ): DirectorMetadata {
    // In whole seconds, as metadata has times.
    const now = Math.floor(this.#options.clock.now() / 1000) * 1000;
    const { identifier } = vehicle;
    checkVehicle(identifier, manifest.vehicle);
    if (previous !== undefined) checkVehicle(identifier, previous.vehicle);
    const decision = textOfAssignments(assignments);
    const isSaid = previous !== undefined && previous.keys === this.#keys && previous.decision === decision;
    if (!isSaid) {
      checkAssignments(assignments, vehicle);
      checkBundle(vehicle, manifest, assignments, this.#options.rulesOf);
    }
    if (isSaid && this.#isFresh('targets', previous.targets, now)) {
      if (this.#isFresh('timestamp', previous.timestamp, now)) return previous;
      return { ...previous, timestamp: this.#sayTimestamp(identifier, previous, previous, now) };
    }
    const version = nextVersion(previous?.targets.version, now);
    const expires = now + this.#lifetimes.targets;
    const heading = { vehicle: identifier, version, expires, profile: this.#profile };
    const targets = this.#say('targets', heading, sayTargets(heading, assignments));
    const snapshot = this.#snapshotFor(heading, targets);
    const timestamp = this.#sayTimestamp(identifier, { targets, snapshot }, previous, now);
    return { vehicle: identifier, decision, keys: this.#keys, targets, snapshot, timestamp };
  }

  #isFresh(role: keyof DirectorLifetimes, { expires }: DirectorFile, now: number): boolean {
    return expires - now > this.#lifetimes[role] / 2;
  }

  /** In the version of the targets, with which it is renewed. */
  #snapshotFor(heading: Heading, targets: DirectorFile): DirectorFile {
    const shared = this.#snapshot;
    if (shared !== undefined && shared.version === heading.version && shared.expires === heading.expires)
      return shared;
    this.#snapshot = this.#say('snapshot', heading, saySnapshot(heading, targets));
    return this.#snapshot;
  }

  #sayTimestamp(
    vehicle: string,
    { targets, snapshot }: Pick<DirectorMetadata, 'targets' | 'snapshot'>,
    previous: DirectorMetadata | undefined,
    now: number,
  ): DirectorFile {
    const version = nextVersion(previous?.timestamp.version, now);
    const expires = now + this.#lifetimes.timestamp;
    const heading = { vehicle, version, expires, profile: this.#profile };
    return this.#say('timestamp', heading, sayTimestamp(heading, snapshot, targets));
  }

  #say(role: OnlineRoleName, { version, expires }: Heading, said: Fields): DirectorFile {
    return { version, expires, bytes: this.#roles[role].sign(said) };
  }
}

/** At least the seconds since 1970: a Director that has lost its last words says nothing that is older than them. */
const nextVersion = (previous: number | undefined, now: number): number =>
  Math.max((previous ?? 0) + 1, Math.floor(now / 1000));

function checkVehicle(vehicle: string, found: string): void {
  if (found === vehicle) return;
  throw new KitenError('update/uptane-other-vehicle', 'What is handed in is of another vehicle.', {
    detail: { vehicle, found },
  });
}
