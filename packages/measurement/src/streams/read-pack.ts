import { KitenError, type Verify } from '@kiten/codec';
import { verifyPack } from '../freshness/signed-pack.ts';
import { type ReadMessage, senmlRows, unreadable } from './payload-reader.ts';

export interface PackReading {
  readonly stream: string;
  readonly fields: readonly string[];
  readonly verify: Verify;
  /** DER SubjectPublicKeyInfo; one of them has to have signed. */
  readonly keys: readonly Uint8Array[];
}

/**
 * Reads a signed pack, which has to name the stream that it came as: a pack of one stream is none of another.
 *
 * @throws KitenError `measurement/pack-…`, `measurement/readings-unreadable`, `measurement/senml-…`
 */
export function readPack(
  payload: Uint8Array,
  at: number,
  { stream, fields, verify, keys }: PackReading,
): ReadMessage {
  if (keys.length === 0) throw unreadable('no key is known that its source could sign with');
  let refusal: unknown;
  for (const key of keys) {
    try {
      const pack = verifyPack(payload, verify, key);
      if (pack.stream !== stream) throw unreadable(`it is of the stream ${pack.stream.slice(0, 80)}`);
      const { sequence, signedAt, records } = pack;
      const places = new Map(fields.map((field, place) => [field, place]));
      return { ...senmlRows(records, places, at), pack: { sequence, signedAt } };
    } catch (error) {
      if (!(error instanceof KitenError) || error.code !== 'measurement/pack-signature') throw error;
      refusal = error;
    }
  }
  throw refusal;
}
