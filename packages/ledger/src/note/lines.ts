import { fromBase64, KitenError } from '@kiten/codec';
import { hashBytes } from '../tree/hashing.ts';

/** The number of a decimal without leading zeros, or nothing. Numbers end at 2^53, where doubles have gaps. */
export function decimalOf(text: string): number | undefined {
  const number = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The 32 bytes that a line of canonical base64 stands for, or nothing. */
export function hashOf(text: string): Uint8Array | undefined {
  try {
    const hash = fromBase64(text);
    return hash.length === hashBytes ? hash : undefined;
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}
