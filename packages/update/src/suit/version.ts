import { type CborValue, encodeCbor } from '@kiten/codec';
import { asBytes, asInteger, asList, decodeItem } from './read.ts';
import { malformed } from './refusal.ts';

/** In the order of their numbers, from 1 (draft-ietf-suit-update-management, SUIT_Condition_Version_Comparison_Types). */
const comparisons = ['greater', 'greater-equal', 'equal', 'lesser-equal', 'lesser'] as const;

/**
 * A version as a list of integers, the most significant first. Negative ones come before a release: −1 is a release
 * candidate, −2 a beta, −3 an alpha.
 */
export type SuitVersion = readonly number[];

/** Which versions a condition takes. */
export interface VersionMatch {
  readonly comparison: (typeof comparisons)[number];
  readonly version: SuitVersion;
}

export function readVersion(what: string, value: CborValue): SuitVersion {
  const version = asList(what, value).map((part) => asInteger(what, part));
  if (version.length === 0 || version.length > 16) throw malformed(`${what} is no list of 1 to 16 integers.`);
  return version;
}

export function readVersionMatch(what: string, value: CborValue): VersionMatch {
  const [type, version, ...others] = asList(what, decodeItem(what, asBytes(what, value)));
  const comparison = typeof type === 'number' ? comparisons[type - 1] : undefined;
  if (comparison === undefined || others.length > 0) throw malformed(`${what} names no comparison.`);
  return { comparison, version: readVersion(what, version) };
}

export const versionMatchValue = ({ comparison, version }: VersionMatch): CborValue =>
  encodeCbor([comparisons.indexOf(comparison) + 1, [...version]]);

/** Whether a version is among those that match. A missing part counts as 0. */
export function matchesVersion(version: SuitVersion, match: VersionMatch): boolean {
  const order = compareVersions(version, match.version);
  switch (match.comparison) {
    case 'greater':
      return order > 0;
    case 'greater-equal':
      return order >= 0;
    case 'equal':
      return order === 0;
    case 'lesser-equal':
      return order <= 0;
    case 'lesser':
      return order < 0;
  }
}

function compareVersions(left: SuitVersion, right: SuitVersion): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
