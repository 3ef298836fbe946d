import { KitenError } from '@kiten/codec';

/**
 * The eight trustworthiness claims in the order of their numbers, 0 to 7
 * (draft-ietf-rats-ar4si §2.3.5 and §3.1).
 */
export const claimNames = [
  'instance-identity',
  'configuration',
  'executables',
  'file-system',
  'hardware',
  'runtime-opaque',
  'storage-opaque',
  'sourced-data',
] as const;

export type ClaimName = (typeof claimNames)[number];

/** One signed 8-bit value for each claim; 0 where nothing is claimed. */
export type TrustVector = Readonly<Record<ClaimName, number>>;

const numbers: ReadonlyMap<string, number> = new Map(claimNames.map((name, index) => [name, index]));

/** The number a claim has in AR4SI's CBOR labels, 0 to 7. */
export function claimNumber(name: ClaimName): number {
  return numbers.get(name) as number;
}

/** Whether a text is one of the eight names, letter by letter. */
export function isClaimName(text: string): text is ClaimName {
  return numbers.has(text);
}

/**
 * @returns the claim of that name.
 * @throws KitenError `trust/claim-name`
 */
export function parseClaimName(text: string): ClaimName {
  if (isClaimName(text)) return text;
  throw new KitenError('trust/claim-name', 'This is not one of the eight trustworthiness claims of AR4SI.', {
    detail: { name: text.slice(0, 64), expected: [...claimNames] },
  });
}

/** The claim that a number from 0 to 7 stands for; undefined for any other number. */
export function claimByNumber(number: number): ClaimName | undefined {
  return claimNames[number];
}
