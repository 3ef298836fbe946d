import { type TpmHash, type TpmReader, TpmWriter, tpmAlgorithm } from '@kiten/wire';
import { emptyPassword, type Tpm, tpmHierarchy } from './tpm.ts';

/** MAX_DIGEST_BUFFER of every implementation (TPM 2.0 Library, Part 2, 10.4.8). */
const bufferBytes = 1024;
const maximumDigest = 64;
/** TPM_ST_HASHCHECK (Part 2, 6.9). */
const hashCheck = 0x8024;

interface TicketedDigest {
  readonly digest: Uint8Array;
  /** TPMT_TK_HASHCHECK. */
  readonly ticket: Uint8Array;
}

/**
 * Signs octets by a restricted key. The TPM hashes them itself and vouches, by its ticket, that they don't begin like a
 * statement of its own (Part 3, 15.4, 17.6, 20.2).
 *
 * @returns TPMT_SIGNATURE
 * @throws KitenError `agent/tpm-refused` with TPM_RC_TICKET for octets that begin with TPM_GENERATED_VALUE
 */
export async function signOctets(
  tpm: Tpm,
  key: number,
  hash: TpmHash,
  octets: Uint8Array,
): Promise<Uint8Array> {
  const { digest, ticket } =
    octets.length <= bufferBytes
      ? await hashAtOnce(tpm, hash, octets)
      : await hashInSequence(tpm, hash, octets);
  return sign(tpm, key, digest, undefined, ticket);
}

/** Signs a digest made outside, by a key that is not restricted. @param scheme of a key that has none of its own */
export const signDigest = (
  tpm: Tpm,
  key: number,
  digest: Uint8Array,
  scheme?: { readonly algorithm: number; readonly hash: TpmHash },
): Promise<Uint8Array> => {
  const noTicket = new TpmWriter().uint16(hashCheck).uint32(tpmHierarchy.null).uint16(0).result();
  return sign(tpm, key, digest, scheme, noTicket);
};

async function sign(
  tpm: Tpm,
  key: number,
  digest: Uint8Array,
  scheme: { readonly algorithm: number; readonly hash: TpmHash } | undefined,
  ticket: Uint8Array,
): Promise<Uint8Array> {
  const writer = new TpmWriter().sized(digest, maximumDigest);
  if (scheme === undefined) writer.uint16(tpmAlgorithm.null);
  else writer.uint16(scheme.algorithm).uint16(scheme.hash.id);
  const request = {
    handles: [key],
    authorizations: [emptyPassword],
    parameters: writer.octets(ticket).result(),
  };
  return (await tpm.command('sign', request, (reader) => reader.rest())).value;
}

async function hashAtOnce(tpm: Tpm, hash: TpmHash, octets: Uint8Array): Promise<TicketedDigest> {
  const parameters = new TpmWriter()
    .sized(octets, bufferBytes)
    .uint16(hash.id)
    .uint32(tpmHierarchy.owner)
    .result();
  return (await tpm.command('hash', { parameters }, readTicketed)).value;
}

async function hashInSequence(tpm: Tpm, hash: TpmHash, octets: Uint8Array): Promise<TicketedDigest> {
  const start = new TpmWriter().uint16(0).uint16(hash.id).result();
  const { handles } = await tpm.command('hashSequenceStart', { parameters: start }, () => undefined, 1);
  const authorizations = [emptyPassword];
  let at = 0;
  for (; octets.length - at > bufferBytes; at += bufferBytes) {
    const parameters = new TpmWriter().sized(octets.subarray(at, at + bufferBytes), bufferBytes).result();
    await tpm.order('sequenceUpdate', { handles, authorizations, parameters });
  }
  const parameters = new TpmWriter()
    .sized(octets.subarray(at), bufferBytes)
    .uint32(tpmHierarchy.owner)
    .result();
  return (await tpm.command('sequenceComplete', { handles, authorizations, parameters }, readTicketed)).value;
}

const readTicketed = (reader: TpmReader): TicketedDigest => ({
  digest: reader.sized(maximumDigest),
  ticket: reader.rest(),
});
