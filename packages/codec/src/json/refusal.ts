import { type ErrorCode, KitenError } from '../error.ts';

/** The error of a JSON text that is refused at `offset`, in UTF-16 code units. */
export function refusal(code: ErrorCode, message: string, offset: number): KitenError {
  return new KitenError(code, message, { detail: { offset } });
}
