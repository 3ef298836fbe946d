import { hash } from 'node:crypto';
import { formatDateTime } from '../../tuf/metadata/date-time.ts';
import type { Fields } from '../../tuf/metadata/fields.ts';
import { type Description, specVersion } from '../../tuf/repository/drafts.ts';
import { legacyType } from '../legacy-format.ts';
import { formatOf, type UptaneProfile } from '../profile.ts';
import type { Assignment } from './assignment.ts';
import type { OnlineRoleName } from './online-role.ts';

/** A file of the Director’s. */
export interface DirectorFile {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly bytes: Uint8Array;
}

/** What the Director says to one vehicle. To be kept with it, so that versions go on. */
export interface DirectorMetadata extends Readonly<Record<OnlineRoleName, DirectorFile>> {
  readonly vehicle: string;
  /** What was decided, in one text; and under which keys it is said. */
  readonly decision: string;
  readonly keys: string;
}

/** What a role says: in which version, until when, and of which vehicle. */
export interface Heading {
  readonly vehicle: string;
  readonly version: number;
  readonly expires: number;
  readonly profile: UptaneProfile;
}

export function sayTargets(heading: Heading, assignments: readonly Assignment[]): Fields {
  const targets: Record<string, Fields> = Object.create(null);
  for (const { ecu, target, length, hashes, hardwareId, releaseCounter, uri, custom } of assignments) {
    const before = targets[target]?.custom as Fields | undefined;
    const ecuIdentifiers = { ...(before?.ecuIdentifiers as Fields | undefined), [ecu]: { hardwareId } };
    const more = { ...custom, ecuIdentifiers, ...(uri !== undefined && { uri }) };
    targets[target] = {
      ...{ length, hashes },
      custom: releaseCounter === undefined ? more : { ...more, releaseCounter },
    };
  }
  // What was said to one must not pass as said to another (Uptane 2.1 §5.2.3.1).
  return { ...common('targets', heading), custom: { vehicle: heading.vehicle }, targets };
}

/**
 * Names a version of targets and nothing of a vehicle: one snapshot serves all whose targets have that version.
 */
export function saySnapshot(heading: Heading, targets: DirectorFile): Fields {
  return { ...common('snapshot', heading), meta: { 'targets.json': { version: targets.version } } };
}

/** Beside the snapshot it describes the targets, which the snapshot can’t. */
export function sayTimestamp(heading: Heading, snapshot: DirectorFile, targets: DirectorFile): Fields {
  const { vehicle, profile } = heading;
  return {
    ...common('timestamp', heading),
    custom: { vehicle, targets: describe(targets, profile) },
    meta: { 'snapshot.json': describe(snapshot, profile) },
  };
}

function common(type: OnlineRoleName, { version, expires, profile }: Heading): Fields {
  const said = { version, expires: formatDateTime(expires) };
  return profile === 'legacy'
    ? { _type: legacyType(type), ...said }
    : { _type: type, spec_version: specVersion, ...said };
}

function describe({ version, bytes }: DirectorFile, profile: UptaneProfile): Description {
  const [described] = formatOf(profile).described(bytes);
  return { version, length: described.length, hashes: { sha256: hash('sha256', described, 'hex') } };
}

/** The files of a vehicle’s metadata under the names that it asks for them by; its roots are the Director’s. */
export function filesOfDirector(metadata: DirectorMetadata): ReadonlyMap<string, Uint8Array> {
  const { targets, snapshot, timestamp } = metadata;
  return new Map([
    ['timestamp.json', timestamp.bytes],
    ['snapshot.json', snapshot.bytes],
    [`${snapshot.version}.snapshot.json`, snapshot.bytes],
    ['targets.json', targets.bytes],
    [`${targets.version}.targets.json`, targets.bytes],
  ]);
}
