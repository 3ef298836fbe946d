import type { Term } from '@kiten/checker';
import { toHex } from '@kiten/codec';
import type { HeldReport } from '../../proof/claim-proof.ts';
import { type WhyWord, words } from './words.ts';

const roles = ['operator', 'verifier', 'manufacturer', 'chip-maker', 'laboratory'] as const;

export function roleName(role: Term | undefined): string {
  const known = roles.find((one) => one === role);
  return known === undefined ? String(role) : words.say(`role-${known}` satisfies WhyWord);
}

/** The beginning of a digest: enough to compare by eye. */
export function shortDigest(value: Term | undefined): string {
  return value instanceof Uint8Array ? toHex(value).slice(0, 12) : String(value);
}

/** What keys are called: roots by the name that the trust file gives them, others by the role in which they speak. */
export function keyNames({ roots, derivation }: HeldReport): (key: Term | undefined) => string {
  const names = new Map<string, string>();
  for (const { conclusion } of derivation) {
    const [predicate, key, role] = conclusion;
    if (predicate === 'speaks' && key instanceof Uint8Array)
      names.set(toHex(key), words.say('the-role', { role: roleName(role), key: shortDigest(key) }));
  }
  for (const { keyId, role, name } of roots) names.set(toHex(keyId), `${name} (${roleName(role)})`);
  return (key) => {
    const name = key instanceof Uint8Array ? names.get(toHex(key)) : undefined;
    return name ?? words.say('key-of', { key: shortDigest(key) });
  };
}
