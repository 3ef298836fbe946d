import { type ErrorCode, KitenError } from '@kiten/codec';

/** What a TPM structure can be refused for; `detail.offset` is the place in bytes. */
export type TpmErrorCode = `wire/tpm-${string}` & ErrorCode;

export function tpmRefusal(code: TpmErrorCode, message: string, offset?: number): KitenError {
  return new KitenError(code, message, offset === undefined ? {} : { detail: { offset } });
}
