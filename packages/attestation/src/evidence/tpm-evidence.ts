import { type CborValue, encodeCbor } from '@kiten/codec';
import { tpmHashOf } from '@kiten/wire';
import { type OctetText, octetsOf, textOf } from '../hash.ts';
import type { CertifiedKey } from '../quote/check-certify.ts';
import type { SignedAttest } from '../quote/check-quote.ts';
import type { PcrBanks } from '../register.ts';
import { reportLimits, runtimeReportMediaType, type SignedReport } from '../runtime/runtime-report.ts';
import { CborShape } from './cbor-shape.ts';

/** The media type of all parts of a TPM's evidence together. */
export const tpmEvidenceMediaType = 'application/vnd.kiten.tpm-evidence+cbor';

/** What is new of a measurement list. */
export interface ImaPart {
  /** Octets of the list that lie before it. */
  readonly offset: number;
  readonly entries: Uint8Array;
}

/** What a device sends when it attests. Every signed part answers one nonce; the logs are held against the quotes. */
export interface TpmEvidence {
  /** One or more, so that several selections can be quoted. */
  readonly quotes: readonly SignedAttest[];
  /** The values of all quoted PCRs. */
  readonly banks: PcrBanks;
  /** TPMT_PUBLIC of the key that quotes, as the device says: it is no proof, it tells whose key it is instead. */
  readonly attester?: Uint8Array;
  readonly bootLog?: Uint8Array;
  readonly ima?: ImaPart;
  /** Keys of the device that its TPM certifies. */
  readonly certified?: readonly CertifiedKey[];
  /** What its kernel is and runs, signed by the attestation key. */
  readonly runtime?: SignedReport;
}

/**
 * The type of the collection (draft-ietf-rats-msg-wrap, CMW collection): each part stands under a label with its media
 * type, so that parts of other attesters find their place beside a TPM's. Labels mean nothing: nothing signs them.
 */
const collectionType = 'urn:uuid:7c5b1a52-8d0e-4a4f-9d3c-2f1c6a0f4b1e';
const typeLabel = '__cmwc_t';

const partTypes = {
  quote: 'application/vnd.kiten.tpm-quote+cbor',
  banks: 'application/vnd.kiten.pcr-values+cbor',
  attester: 'application/vnd.kiten.tpm-public',
  bootLog: 'application/vnd.kiten.boot-log',
  ima: 'application/vnd.kiten.ima-log+cbor',
  certified: 'application/vnd.kiten.tpm-certify+cbor',
  runtime: runtimeReportMediaType,
} as const;

const limits = {
  bytes: 72 << 20,
  parts: 16,
  quotes: 4,
  certified: 4,
  report: reportLimits.bytes + 1024,
} as const;

const shape = new CborShape(
  'attestation/evidence-malformed',
  'A TPM’s evidence is a collection of quotes, register values and logs, as the document on attestation says.',
);

/** The evidence as octets. The same evidence has the same octets. */
export function encodeTpmEvidence(evidence: TpmEvidence): Uint8Array {
  const { quotes, banks, attester, bootLog, ima, certified = [], runtime } = evidence;
  const collection = new Map<CborValue, CborValue>([[typeLabel, collectionType]]);
  const add = (label: string, type: string, value: Uint8Array) => collection.set(label, [type, value]);
  quotes.forEach(({ message, signature }, index) => {
    add(`quote-${index}`, partTypes.quote, encodeCbor([message, signature]));
  });
  add('pcrs', partTypes.banks, encodeCbor(banksToCbor(banks)));
  if (attester !== undefined) add('attester', partTypes.attester, attester);
  if (bootLog !== undefined) add('boot-log', partTypes.bootLog, bootLog);
  if (ima !== undefined) add('ima-log', partTypes.ima, encodeCbor([ima.offset, ima.entries]));
  certified.forEach(({ message, signature, publicArea }, index) => {
    add(`key-${index}`, partTypes.certified, encodeCbor([message, signature, publicArea]));
  });
  if (runtime !== undefined) {
    add('runtime-report', partTypes.runtime, encodeCbor([runtime.report, runtime.signature]));
  }
  return encodeCbor(collection);
}

const banksToCbor = (banks: PcrBanks): CborValue =>
  new Map(
    [...banks].map(([id, values]) => [
      id,
      new Map([...values].map(([pcr, value]) => [pcr, octetsOf(value)])),
    ]),
  );

/**
 * Decodes evidence. Parts of a type that is not known here are refused: what nobody judges must not look judged.
 *
 * @throws KitenError `attestation/evidence-malformed`
 */
export function decodeTpmEvidence(bytes: Uint8Array): TpmEvidence {
  const collection = shape.map(shape.decode(bytes, { maxBytes: limits.bytes, maxDepth: 3 }));
  if (collection.get(typeLabel) !== collectionType || collection.size > limits.parts) throw shape.refusal();
  const parts = new Map<string, Uint8Array[]>();
  for (const [label, part] of collection) {
    if (label === typeLabel) continue;
    const [type, value] = shape.array(part as CborValue, 2, 2);
    const known = parts.get(shape.text(type)) ?? [];
    known.push(shape.octets(value));
    parts.set(shape.text(type), known);
  }
  return readParts(parts);
}

function readParts(parts: ReadonlyMap<string, readonly Uint8Array[]>): TpmEvidence {
  const known: ReadonlySet<string> = new Set(Object.values(partTypes));
  if ([...parts.keys()].some((type) => !known.has(type))) throw shape.refusal();
  const all = (type: keyof typeof partTypes, most: number) => {
    const found = parts.get(partTypes[type]) ?? [];
    if (found.length > most) throw shape.refusal();
    return found;
  };
  const [banks] = all('banks', 1);
  const [attester] = all('attester', 1);
  const [bootLog] = all('bootLog', 1);
  const [ima] = all('ima', 1);
  const [runtime] = all('runtime', 1);
  const quotes = all('quote', limits.quotes).map(readSigned);
  if (quotes.length === 0 || banks === undefined) throw shape.refusal();
  return {
    quotes,
    banks: readBanks(banks),
    ...(attester === undefined ? {} : { attester }),
    ...(bootLog === undefined ? {} : { bootLog }),
    ...(ima === undefined ? {} : { ima: readIma(ima) }),
    certified: all('certified', limits.certified).map(readCertified),
    ...(runtime === undefined ? {} : { runtime: readReport(runtime) }),
  };
}

function readReport(bytes: Uint8Array): SignedReport {
  const [report, signature] = shape.array(shape.decode(bytes, { maxBytes: limits.report }), 2, 2);
  return { report: shape.octets(report), signature: shape.octets(signature) };
}

function readSigned(bytes: Uint8Array): SignedAttest {
  const [message, signature] = shape.array(shape.decode(bytes), 2, 2);
  return { message: shape.octets(message), signature: shape.octets(signature) };
}

function readCertified(bytes: Uint8Array): CertifiedKey {
  const [message, signature, publicArea] = shape.array(shape.decode(bytes), 3, 3);
  return {
    message: shape.octets(message),
    signature: shape.octets(signature),
    publicArea: shape.octets(publicArea),
  };
}

function readIma(bytes: Uint8Array): ImaPart {
  const [offset, entries] = shape.array(shape.decode(bytes, { maxBytes: limits.bytes }), 2, 2);
  return { offset: shape.count(offset), entries: shape.octets(entries) };
}

function readBanks(bytes: Uint8Array): PcrBanks {
  const banks = new Map<number, ReadonlyMap<number, OctetText>>();
  for (const [id, values] of shape.map(shape.decode(bytes))) {
    const bank = tpmHashOf(shape.count(id));
    if (bank === undefined) throw shape.refusal();
    const registers = new Map<number, OctetText>();
    for (const [pcr, value] of shape.map(values)) {
      if (shape.count(pcr) > 31 || shape.octets(value).length !== bank.bytes) throw shape.refusal();
      registers.set(shape.count(pcr), textOf(shape.octets(value)));
    }
    banks.set(bank.id, registers);
  }
  return banks;
}
