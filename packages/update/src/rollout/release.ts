import { KitenError } from '@kiten/codec';
import type { Fields } from '../tuf/metadata/fields.ts';
import type { TargetFile } from '../tuf/metadata/model.ts';

/** An image that the Image repository speaks for, with what is said of it (Uptane 2.1, "Custom metadata about images"). */
export interface Release {
  /** The target's path in the metadata. */
  readonly target: string;
  readonly length: number;
  /** Lower-case hexadecimal by the name of the hash function. */
  readonly hashes: Readonly<Record<string, string>>;
  /** The kinds of hardware that it is made for. */
  readonly hardwareIds: readonly string[];
  /** A device that has confirmed an image takes none with a lower counter ever after. */
  readonly releaseCounter: number;
  readonly version: string;
  /** Digests of the reference values that a device attests into once it runs it: `sha256:` and hexadecimal. */
  readonly references: readonly string[];
  /** Codes of findings that it remedies: evidence that led to one of them calls for it. */
  readonly remedies: readonly string[];
  /** When the Image repository ceased to speak for it: nobody is to install it from then on. */
  readonly withdrawnAt?: number;
}

/** What one ECU of a device is and runs, as its manifest said last. A single-board device has one. */
export interface EcuFacts {
  readonly ecu: string;
  readonly hardwareId: string;
  /** The target that is installed, if the site knows it as a release. */
  readonly target?: string;
  readonly version?: string;
  /** The highest counter that it has confirmed: burnt, for good. */
  readonly releaseCounter: number;
}

/** The release that is made for the hardware of an ECU. */
export const releaseFor = ({ hardwareId }: EcuFacts, releases: readonly Release[]): Release | undefined =>
  releases.find(({ hardwareIds }) => hardwareIds.includes(hardwareId));

const text = /^[\x21-\x7e]{1,128}$/;
const digest = /^sha256:[0-9a-f]{64}$/;
const code = /^[a-z][a-z0-9-]{0,31}\/[a-z][a-z0-9-]{0,63}$/;
const mostListed = 64;

/**
 * The release that the metadata of a target describes, in its member `custom`; undefined if it describes none.
 *
 * @throws KitenError `update/release-malformed` if it does so in part only
 */
export function releaseOf(target: string, { length, hashes, custom }: TargetFile): Release | undefined {
  if (custom === undefined || !Object.hasOwn(custom, 'releaseCounter')) return undefined;
  const { releaseCounter, version } = custom;
  const hardwareIds = listAt(target, custom, 'hardwareIds', text);
  if (hardwareIds.length === 0) throw malformed(target, 'hardwareIds', 'a list of at least one');
  if (typeof releaseCounter !== 'number' || !Number.isSafeInteger(releaseCounter) || releaseCounter < 0)
    throw malformed(target, 'releaseCounter', 'a whole number');
  if (typeof version !== 'string' || !text.test(version))
    throw malformed(target, 'version', '1 to 128 printable characters');
  return {
    ...{ target, length, hashes: Object.fromEntries(hashes), hardwareIds, releaseCounter, version },
    references: listAt(target, custom, 'references', digest),
    remedies: listAt(target, custom, 'remedies', code),
  };
}

function listAt(target: string, custom: Fields, name: string, pattern: RegExp): readonly string[] {
  const value = Object.hasOwn(custom, name) ? custom[name] : [];
  const isList =
    Array.isArray(value) &&
    value.length <= mostListed &&
    value.every((entry) => typeof entry === 'string' && pattern.test(entry));
  if (!isList) throw malformed(target, name, `a list of up to ${mostListed} of ${pattern.source}`);
  return value as readonly string[];
}

function malformed(target: string, name: string, expected: string): KitenError {
  return new KitenError(
    'update/release-malformed',
    `What is said of the target ${target.slice(0, 80)} is malformed: “custom.${name}” is ${expected}.`,
    { detail: { target, name } },
  );
}
