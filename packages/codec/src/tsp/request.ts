import { derTag } from '../der/tags.ts';
import { writeDer } from '../der/writer.ts';
import { KitenError } from '../error.ts';
import { type MessageImprint, writeMessageImprint } from './message-imprint.ts';
import { trimmed } from './number.ts';

export interface TimeStampRequestFields extends MessageImprint {
  /** 8 to 32 random octets, never used before: a number, highest octet first, whose leading zeros don't matter. */
  readonly nonce: Uint8Array;
  /** The policy to stamp under, dotted; the authority's own choice if left out. */
  readonly policy?: string;
  /** Whether the answer shall carry the authority's certificates; it shall, if left out. */
  readonly certificates?: boolean;
}

const nonceOctets = { least: 8, most: 32 } as const;

/**
 * A TimeStampReq (RFC 3161 §2.4.1) in DER, to be sent as `application/timestamp-query`.
 *
 * @throws KitenError `codec/tsp-imprint-length`, `codec/tsp-nonce-length`, `codec/der-oid-malformed`.
 */
export function encodeTimeStampRequest(fields: TimeStampRequestFields): Uint8Array {
  const { nonce, policy, certificates = true } = fields;
  if (nonce.length < nonceOctets.least || nonce.length > nonceOctets.most) {
    const message = `A nonce has ${nonceOctets.least} to ${nonceOctets.most} octets, not ${nonce.length}.`;
    throw new KitenError('codec/tsp-nonce-length', message);
  }
  return writeDer((writer) => {
    const request = writer.begin(derTag.sequence);
    writer.smallInteger(1);
    writeMessageImprint(writer, fields);
    if (policy !== undefined) writer.objectIdentifier(policy);
    writer.unsignedInteger(trimmed(nonce));
    if (certificates) writer.boolean(true);
    writer.end(request);
  });
}
