import { randomBytes } from 'node:crypto';
import { type Clock, steadyClock } from '@kiten/codec';
import type { Random } from '../site/secrets.ts';

/** The one place where the machine's clock and randomness enter. */
export function systemSources(): { clock: Clock; random: Random } {
  return { clock: steadyClock(() => Date.now()), random: (bytes) => new Uint8Array(randomBytes(bytes)) };
}
