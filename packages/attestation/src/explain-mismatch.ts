import type { TpmHash } from '@kiten/wire';
import type { OctetText } from './hash.ts';
import { Register } from './register.ts';

/** Why a list of digests doesn't lead to a register's value. `index` counts the digests from 0. */
export type Mismatch =
  /** The value is reached before the end: what follows was never extended. */
  | { readonly kind: 'extended'; readonly index: number }
  /** Without this one it would be reached: it was never extended. */
  | { readonly kind: 'inserted'; readonly index: number }
  /** With this one and the next exchanged it is reached. */
  | { readonly kind: 'reordered'; readonly index: number }
  /** None of these: something is missing or altered, or was extended that the list does not have. */
  | { readonly kind: 'unexplained' };

/** Beyond so many digests, only whether the value is reached on the way is looked for: the search is quadratic. */
const searchLimit = 400;

/**
 * Looks for what was done to a list of digests that doesn't lead from `start` to `target`. It finds single changes,
 * so that a person is told what happened; the log is refused either way.
 */
export function explainMismatch(
  digests: readonly OctetText[],
  start: OctetText,
  target: OctetText,
  bank: TpmHash,
): Mismatch {
  const register = new Register(bank, start);
  const before: OctetText[] = [];
  for (const digest of digests) {
    before.push(register.value);
    register.extend(digest);
  }
  const reached = before.indexOf(target);
  if (reached >= 0) return { kind: 'extended', index: reached };
  if (digests.length > searchLimit) return { kind: 'unexplained' };
  for (let index = 0; index < digests.length; index += 1) {
    if (leadsTo(register, before[index]!, digests, index + 1, target)) return { kind: 'inserted', index };
  }
  for (let index = 0; index + 1 < digests.length; index += 1) {
    register.reset(before[index]!);
    register.extend(digests[index + 1]!);
    const swapped = register.extend(digests[index]!);
    if (leadsTo(register, swapped, digests, index + 2, target)) return { kind: 'reordered', index };
  }
  return { kind: 'unexplained' };
}

function leadsTo(
  register: Register,
  start: OctetText,
  digests: readonly OctetText[],
  from: number,
  target: OctetText,
): boolean {
  register.reset(start);
  for (let index = from; index < digests.length; index += 1) register.extend(digests[index]!);
  return register.value === target;
}

/** Whether the digests, in their order but with some left out, are the beginning or part of `whole`. */
export function isPartOf(digests: readonly OctetText[], whole: readonly OctetText[]): boolean {
  let next = 0;
  for (const digest of whole) if (digest === digests[next]) next += 1;
  return next === digests.length;
}
