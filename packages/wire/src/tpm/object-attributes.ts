import { tpmRefusal } from './error.ts';

/** TPMA_OBJECT (Part 2, 8.3): attribute to bit. */
export const objectAttributeBits = {
  fixedTpm: 1,
  stClear: 2,
  fixedParent: 4,
  sensitiveDataOrigin: 5,
  userWithAuth: 6,
  adminWithPolicy: 7,
  firmwareLimited: 8,
  svnLimited: 9,
  noDa: 10,
  encryptedDuplication: 11,
  restricted: 16,
  decrypt: 17,
  signEncrypt: 18,
  x509Sign: 19,
} as const;

export type ObjectAttribute = keyof typeof objectAttributeBits;

const entries = Object.entries(objectAttributeBits) as readonly [ObjectAttribute, number][];
const defined = entries.reduce((mask, [, bit]) => mask | (1 << bit), 0) >>> 0;

/** The attributes whose bits are set. @throws KitenError `wire/tpm-reserved-bits` for a bit without a meaning */
export function objectAttributes(bits: number, offset?: number): ReadonlySet<ObjectAttribute> {
  if ((bits & ~defined) >>> 0 !== 0) {
    throw tpmRefusal(
      'wire/tpm-reserved-bits',
      'The attributes of the object have a reserved bit set.',
      offset,
    );
  }
  return new Set(entries.flatMap(([name, bit]) => ((bits >>> bit) & 1 ? [name] : [])));
}

export function objectAttributeMask(attributes: Iterable<ObjectAttribute>): number {
  let mask = 0;
  for (const name of attributes) mask |= 1 << objectAttributeBits[name];
  return mask >>> 0;
}
