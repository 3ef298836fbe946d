import { KitenError } from '@kiten/codec';

/** The way to the TPM is closed, or was never open. */
export function unreachable(where: string, cause?: unknown): KitenError {
  const reason = cause instanceof Error ? `: ${cause.message}` : '';
  return new KitenError(
    'agent/tpm-unreachable',
    `The TPM at ${where} does not answer${reason}.`,
    cause === undefined ? {} : { cause },
  );
}
