import { KitenError } from '@kiten/codec';

export function malformed(sentence: string, cause?: unknown): KitenError {
  return new KitenError('measurement/senml-malformed', `The SenML pack cannot be read: ${sentence}.`, {
    cause,
  });
}
