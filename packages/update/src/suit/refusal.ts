import { type ErrorCode, KitenError } from '@kiten/codec';

export function refusal(
  code: ErrorCode,
  message: string,
  detail?: Readonly<Record<string, unknown>>,
  cause?: unknown,
): KitenError {
  return new KitenError(code, message, {
    ...(detail === undefined ? {} : { detail }),
    ...(cause === undefined ? {} : { cause }),
  });
}

export function malformed(message: string): KitenError {
  return refusal('update/suit-malformed', message);
}
