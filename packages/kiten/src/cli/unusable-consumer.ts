import { KitenError } from '@kiten/codec';

export const unusable = (file: string, why: string, cause?: unknown): KitenError =>
  new KitenError('kiten/consumer-unusable', `${file} cannot be used as a consumer of readings. ${why}`, {
    cause,
  });
