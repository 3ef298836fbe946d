import {
  type EvidenceFiles,
  encodeTpmEvidence,
  maximumEvidenceBytes,
  packEvidence,
  tpmEvidenceMediaType,
} from '@kiten/attestation';
import { fromBase64Url, fromHex, KitenError } from '@kiten/codec';

/** What was sent as evidence: one piece, and the nonce that it is said to answer if somebody said so. */
export interface EvidenceBody {
  readonly evidence: Uint8Array;
  readonly nonce?: Uint8Array;
}

const single = ['attester', 'eventlog', 'ima', 'ima-offset', 'nonce', 'report', 'report-signature'] as const;
const several = ['message', 'signature', 'pcrs'] as const;
const mostParts = 32;

/**
 * Evidence as it came by HTTP: in one piece, or as the files of `tpm2_quote` and the kernel in a form.
 *
 * @throws KitenError `kiten/media-type`, `kiten/evidence-form`, and what {@link packEvidence} throws
 */
export async function readEvidenceBody(contentType: string, body: Uint8Array): Promise<EvidenceBody> {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === tpmEvidenceMediaType) return { evidence: body };
  if (type === 'multipart/form-data') return packed(await readForm(contentType, body));
  throw new KitenError(
    'kiten/media-type',
    `Evidence is ${tpmEvidenceMediaType}, or the files of tpm2-tools as multipart/form-data.`,
  );
}

function packed(form: ReadonlyMap<string, readonly Uint8Array[]>): EvidenceBody {
  const one = (name: (typeof single)[number]) => form.get(name)?.[0];
  const [attester, eventlog, ima] = [one('attester'), one('eventlog'), one('ima')];
  const [report, reportSignature] = [one('report'), one('report-signature')];
  const files: EvidenceFiles = {
    message: form.get('message') ?? [],
    signature: form.get('signature') ?? [],
    pcrs: form.get('pcrs') ?? [],
    imaOffset: readOffset(one('ima-offset')),
    ...(attester === undefined ? {} : { attester }),
    ...(eventlog === undefined ? {} : { eventlog }),
    ...(ima === undefined ? {} : { ima }),
    ...(report === undefined ? {} : { report }),
    ...(reportSignature === undefined ? {} : { reportSignature }),
  };
  const nonce = one('nonce');
  return {
    evidence: encodeTpmEvidence(packEvidence(files)),
    ...(nonce === undefined ? {} : { nonce: readNonce(nonce) }),
  };
}

function readOffset(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  const text = value.length > 16 ? '' : Buffer.from(value).toString('latin1').trim();
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw malformed('ima-offset is a whole number of octets');
}

/** As it came in the challenge, in hexadecimal as tpm2_quote takes it, or as it is. */
function readNonce(value: Uint8Array): Uint8Array {
  if (value.length === 32) return value;
  const text = value.length > 128 ? '' : Buffer.from(value).toString('latin1').trim();
  try {
    return /^[0-9a-f]{64}$/i.test(text) ? fromHex(text.toLowerCase()) : fromBase64Url(text);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    throw malformed('nonce is what the challenge gave, in base64url or hexadecimal');
  }
}

async function readForm(contentType: string, body: Uint8Array): Promise<Map<string, Uint8Array[]>> {
  mustBeFewParts(contentType, body);
  const form = await parseForm(contentType, body);
  const parts = new Map<string, Uint8Array[]>();
  for (const [name, value] of form) {
    const isSingle = single.some((known) => known === name);
    if (!isSingle && !several.some((known) => known === name))
      throw malformed(`“${name.slice(0, 32)}” is none of them`);
    const known = parts.get(name) ?? [];
    if (isSingle && known.length > 0) throw malformed(`${name} is there twice`);
    known.push(typeof value === 'string' ? Buffer.from(value) : new Uint8Array(await value.arrayBuffer()));
    parts.set(name, known);
  }
  return parts;
}

/** Before anything is made of them. */
function mustBeFewParts(contentType: string, body: Uint8Array): void {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined || body.length > maximumEvidenceBytes) throw malformed('it names no boundary');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  let parts = 0;
  for (let at = bytes.indexOf(`--${boundary}`); at >= 0; at = bytes.indexOf(`--${boundary}`, at + 2)) {
    parts += 1;
    if (parts > mostParts + 1) throw malformed(`it has more than ${mostParts} parts`);
  }
}

async function parseForm(contentType: string, body: Uint8Array): Promise<FormData> {
  try {
    return await new Response(body as Uint8Array<ArrayBuffer>, {
      headers: { 'content-type': contentType },
    }).formData();
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw malformed('it is cut off or not a form');
  }
}

const malformed = (why: string): KitenError =>
  new KitenError(
    'kiten/evidence-form',
    `A form with evidence has message, signature and pcrs, once for each quote, and may have attester, eventlog, ima, ima-offset, report, report-signature and nonce: ${why}.`,
  );
