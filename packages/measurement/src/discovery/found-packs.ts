import { idForm } from '../streams/declaration.ts';
import { placeOf } from '../streams/stream-name.ts';
import type { Candidate } from './candidate.ts';
import { generalFilter } from './general-filter.ts';

/**
 * What stands in the way of judging packs.
 *
 * | | |
 * | --- | --- |
 * | `key` | they are not signed with a key of the device's certificates: the one that they are signed with has to be given |
 * | `name` | they have to call their stream DEVICE/NAME, and NAME is none or is taken |
 */
export const packNeeds = ['key', 'name'] as const;
export type PackNeed = (typeof packNeeds)[number];

/** Signed packs that were found. */
export interface FoundPacks {
  /** What packs of one device call their stream; absent if it has several names. */
  readonly stream?: string;
  readonly needs: readonly PackNeed[];
}

/** What packs of a device say of themselves. */
export interface PackClaim {
  readonly stream: string | undefined;
  /** The declaration that would give a stream this name. */
  readonly id: string | undefined;
  readonly isOwnKey: boolean;
}

/** Under which topics packs are streams of the names that they say; `undefined` of what is no pack. */
export function packSource(
  candidate: Candidate,
): { readonly filter: string; readonly claim: PackClaim } | undefined {
  const { device, topic, pack } = candidate;
  if (pack === undefined) return undefined;
  const { stream, isOwnKey } = pack;
  const filter = generalFilter(topic, device);
  const [, id = '', ...rest] = stream?.split('/') ?? [];
  // What a stream is called beyond its declaration, its topic says in the last levels.
  const levels = filter.split('/');
  const kept = levels.slice(0, levels.length - rest.length);
  const wide = [...kept, ...rest.map(() => '+')].join('/');
  const declared = { id, filter: wide, form: 'pack', fields: [] } as const;
  const isIt = idForm.test(id) && placeOf(declared, device, topic)?.stream === stream;
  return isIt
    ? { filter: wide, claim: { stream, id, isOwnKey } }
    : { filter, claim: { stream, id: undefined, isOwnKey } };
}

/** @param taken names that declarations have, or others that were found */
export function foundPacks({ stream, id, isOwnKey }: PackClaim, taken: ReadonlySet<string>): FoundPacks {
  const isNamed = id !== undefined && !taken.has(id);
  const needs = packNeeds.filter((need) => (need === 'key' ? !isOwnKey : !isNamed));
  return { ...(stream === undefined ? {} : { stream }), needs };
}
