import { hash } from 'node:crypto';
import type { Retry } from './definition.ts';

/**
 * Milliseconds until a device tries again after so many attempts: twice as long each time up to a bound, and for each
 * device a little different, so that what failed together doesn't come back together. The same device gets the same answer.
 */
export function backOff(device: string, attempts: number, { firstSeconds, mostSeconds }: Retry): number {
  const doubled = firstSeconds * 2 ** Math.min(attempts - 1, 40);
  const bounded = Math.min(doubled, mostSeconds) * 1000;
  return Math.round(bounded * (0.75 + 0.25 * spread(`${attempts} ${device}`)));
}

/** A number from 0 up to 1 that depends on a text, and on nothing that whoever chose the text could reckon with ease. */
export function spread(text: string): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6) / 2 ** 48;
}
