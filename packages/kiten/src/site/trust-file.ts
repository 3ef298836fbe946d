import { toBase64, toHex } from '@kiten/codec';
import { publicKeyDigest } from '@kiten/identity';
import { encodeVerifierKey, verifierKey } from '@kiten/ledger';
import type { Role } from '@kiten/trust';

/** Whose word is believed from the start. */
export interface TrustRoot {
  readonly name: string;
  readonly role: Role;
  /** DER SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

export interface TrustFileParts {
  readonly origin: string;
  readonly logKey: Uint8Array;
  readonly roots: readonly TrustRoot[];
  readonly rules: { readonly digest: Uint8Array; readonly text: Uint8Array };
  /** C2SP verifier keys. */
  readonly witnesses: readonly string[];
}

/** A checkpoint may be so old, in milliseconds, that a device may carry its passport for a day. */
const maximumAge = 86_400_000;

/** What whoever checks verdicts of this site has to believe (docs/verdict-bundle.md, "Trust file"). */
export function trustFile({ origin, logKey, roots, rules, witnesses }: TrustFileParts): string {
  const file = {
    format: 'kiten-trust',
    version: 1,
    logs: [{ origin, keys: [encodeVerifierKey(verifierKey(origin, 'ed25519', logKey))] }],
    roots: roots
      .toSorted((left, right) => compare(publicKeyDigest(left.publicKey), publicKeyDigest(right.publicKey)))
      .map(({ name, role, publicKey }) => ({ name, role, key: toBase64(publicKey), log: origin })),
    rules: [{ digest: toHex(rules.digest), text: toBase64(rules.text) }],
    witnesses,
    threshold: witnesses.length === 0 ? 0 : 1,
    maximumAge,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
