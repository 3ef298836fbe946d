import { type ErrorCode, KitenError } from '../error.ts';

/** The error of a CBOR input that is refused because of the item at `offset`, in octets. */
export function refusal(code: ErrorCode, message: string, offset: number): KitenError {
  return new KitenError(code, message, { detail: { offset } });
}
