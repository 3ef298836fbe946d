import { KitenError } from '@kiten/codec';
import type { Fields } from '../../tuf/metadata/fields.ts';
import type { Vehicle } from '../ecu.ts';
import { hashesMatch } from '../hashes-match.ts';
import { checkName } from '../identifier.ts';

/** That an ECU is to run an image. What is said of the image is what the Image repository says of it. */
export interface Assignment {
  readonly ecu: string;
  /** The image’s path on the Image repository. */
  readonly target: string;
  readonly length: number;
  /** Lower-case hexadecimal by the name of the hash function. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly hardwareId: string;
  /** May be missing in the legacy profile alone. */
  readonly releaseCounter?: number;
  /** Where else the image may be fetched. */
  readonly uri?: string;
  /** What more the Director tells of the image, such as a delta to it. */
  readonly custom?: Fields;
}

/**
 * Holds assignments against the inventory: each is for another ECU of the vehicle, and for its kind of hardware.
 *
 * @throws KitenError `update/uptane-ecu-unknown`, `update/uptane-ecu-repeated`, `update/uptane-hardware-mismatch`,
 * `update/uptane-assignment-contradicts`, `update/uptane-name`.
 */
export function checkAssignments(assignments: readonly Assignment[], { ecus }: Vehicle): void {
  const seen = new Set<string>();
  const byTarget = new Map<string, Assignment>();
  for (const assignment of assignments) {
    const { ecu: name, target, hardwareId } = assignment;
    const ecu = ecus.get(name);
    if (ecu === undefined) {
      throw new KitenError('update/uptane-ecu-unknown', `The vehicle has no ECU ${name}.`, {
        detail: { ecu: name },
      });
    }
    if (seen.has(name)) {
      throw new KitenError('update/uptane-ecu-repeated', `Two images are for the ECU ${name}.`, {
        detail: { ecu: name },
      });
    }
    seen.add(name);
    if (ecu.hardwareId !== hardwareId) {
      throw new KitenError(
        'update/uptane-hardware-mismatch',
        `The image is for hardware ${hardwareId}; the ECU ${name} is ${ecu.hardwareId}.`,
        { detail: { ecu: name, expected: ecu.hardwareId, found: hardwareId } },
      );
    }
    checkName(target, 'an image');
    checkSame(assignment, byTarget.get(target));
    byTarget.set(target, assignment);
  }
}

/** One path is one image. */
function checkSame(assignment: Assignment, other: Assignment | undefined): void {
  if (other === undefined) return;
  const isSame =
    other.length === assignment.length &&
    other.releaseCounter === assignment.releaseCounter &&
    hashesMatch(new Map(Object.entries(other.hashes)), new Map(Object.entries(assignment.hashes)));
  if (isSame) return;
  throw new KitenError(
    'update/uptane-assignment-contradicts',
    `Two ECUs are to run ${assignment.target}, and not the same file.`,
    { detail: { target: assignment.target } },
  );
}

/** Assignments that say the same have the same text. */
export function textOfAssignments(assignments: readonly Assignment[]): string {
  const texts = assignments.map(({ ecu, target, length, hashes, hardwareId, releaseCounter, uri, custom }) =>
    JSON.stringify([ecu, target, length, hashes, hardwareId, releaseCounter, uri, custom]),
  );
  return texts.sort().join('\n');
}
