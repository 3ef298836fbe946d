import { algorithmOf, CborTag, type CborValue, encodeCbor } from '@kiten/codec';
import type { Key } from './keys.ts';

export type Atom = readonly [string, ...(string | number | Uint8Array)[]];

/** What goes into a statement, each part of which a test may have otherwise. */
export interface StatementParts {
  readonly key: Key;
  readonly atoms: readonly Atom[];
  readonly issuer?: CborValue;
  readonly subject?: CborValue;
  /** Seconds since the Unix epoch. */
  readonly issuedAt?: CborValue;
  readonly expiresAt?: CborValue;
  readonly notBefore?: CborValue;
  readonly payload?: Uint8Array | null;
  readonly unprotected?: Map<CborValue, CborValue>;
  /** What is otherwise in the protected header, and in its claims. */
  readonly header?: (header: Map<CborValue, CborValue>) => void;
  readonly claims?: (claims: Map<CborValue, CborValue>) => void;
  readonly sign?: (data: Uint8Array) => Uint8Array;
  readonly wrap?: (message: CborValue[]) => CborValue;
}

/** A COSE_Sign1 (RFC 9052 §4.2, §4.4), from its parts. */
export function makeStatement(parts: StatementParts): Uint8Array {
  const { key, atoms, issuedAt = 1_789_000_000 } = parts;
  const claims = new Map<CborValue, CborValue>([
    [1, parts.issuer ?? 'issuer.example'],
    [2, parts.subject ?? 'device:pump-1'],
    [6, issuedAt],
  ]);
  if (parts.expiresAt !== undefined) claims.set(4, parts.expiresAt);
  if (parts.notBefore !== undefined) claims.set(5, parts.notBefore);
  parts.claims?.(claims);
  const header = new Map<CborValue, CborValue>([
    [1, algorithmOf(key.algorithm).cose],
    [3, 'application/vnd.kiten.facts+cbor'],
    [4, key.id],
    [15, claims],
  ]);
  parts.header?.(header);
  const protectedBytes = encodeCbor(header);
  const payload = parts.payload === undefined ? encodeCbor(atoms.map((atom) => [...atom])) : parts.payload;
  const signed = encodeCbor(['Signature1', protectedBytes, new Uint8Array(0), payload ?? new Uint8Array(0)]);
  const signature = (parts.sign ?? key.sign)(signed);
  const message: CborValue[] = [protectedBytes, parts.unprotected ?? new Map(), payload, signature];
  return encodeCbor((parts.wrap ?? ((value) => new CborTag(18, value)))(message));
}
