import { type ErrorCode, KitenError } from '../error.ts';

/** A refusal that names the place: `detail.offset` counts octets from the start of the input. */
export function refusal(code: ErrorCode, message: string, offset: number): KitenError {
  return new KitenError(code, message, { detail: { offset } });
}
