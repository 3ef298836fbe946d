import { KitenError, toHex, type Verify } from '@kiten/codec';
import { deviceOfStream } from '@kiten/trust';
import { packKeyId, verifyPack } from '../freshness/signed-pack.ts';
import { type ReadMessage, senmlRows, unreadable } from './payload-reader.ts';

export interface PackReading {
  readonly stream: string;
  readonly fields: readonly string[];
  readonly verify: Verify;
  /** DER SubjectPublicKeyInfo; one of them has to have signed. */
  readonly keys: readonly Uint8Array[];
}

/**
 * Reads a signed pack, which has to name the stream that it came as: a pack of one stream is none of another. It has to be
 * signed with a key of its own device: that of another one says nothing here.
 *
 * @throws KitenError `measurement/pack-…`, `measurement/readings-unreadable`, `measurement/senml-…`
 */
export function readPack(
  payload: Uint8Array,
  at: number,
  { stream, fields, verify, keys }: PackReading,
): ReadMessage {
  if (keys.length === 0) throw unreadable(noKeyOf(stream));
  for (const key of keys) {
    try {
      const pack = verifyPack(payload, verify, key);
      if (pack.stream !== stream) throw unreadable(`it is of the stream ${pack.stream.slice(0, 80)}`);
      const { sequence, signedAt, records } = pack;
      const places = new Map(fields.map((field, place) => [field, place]));
      return { ...senmlRows(records, places, at), pack: { sequence, signedAt } };
    } catch (error) {
      if (!(error instanceof KitenError) || error.code !== 'measurement/pack-signature') throw error;
    }
  }
  const count = keys.length === 1 ? 'the key' : `any of the ${keys.length} keys`;
  throw new KitenError(
    'measurement/pack-signature',
    `Its signature does not hold under ${count} of ${deviceOfStream(stream)}; ${named(packKeyId(payload))}.`,
  );
}

/** Why packs of a stream cannot be verified at all. */
export function noKeyOf(stream: string): string {
  return `${deviceOfStream(stream)} has no key: no certificate of it holds, and the declaration gives none`;
}

/** As text where it is one, and in hexadecimal otherwise. */
function named(keyId: Uint8Array = new Uint8Array(0)): string {
  if (keyId.length === 0) return 'it names no key';
  const isText = keyId.every((octet) => octet > 0x20 && octet < 0x7f);
  return `it names the key ${(isText ? String.fromCharCode(...keyId) : toHex(keyId)).slice(0, 64)}`;
}
