import { decodeUtf8, KitenError } from '@kiten/codec';
import { decodeAttest, decodePublicArea, decodeSizedPublicArea, encodePublicArea } from '@kiten/wire';
import { type OctetText, refusal } from '../hash.ts';
import { imaFromAscii, isAsciiIma } from '../ima/ascii.ts';
import { coveredLength } from '../ima/covered-length.ts';
import { readPcrFile } from '../quote/pcr-file.ts';
import type { TpmEvidence } from './tpm-evidence.ts';

/** What tpm2-tools and the kernel write: contents of files. */
export interface EvidenceFiles {
  /** What was signed (`tpm2_quote -m`). */
  readonly message: readonly Uint8Array[];
  /** `-s`, in the same order. */
  readonly signature: readonly Uint8Array[];
  /** `-o`, in the same order. */
  readonly pcrs: readonly Uint8Array[];
  /** TPM2B_PUBLIC (`tpm2_createak -u`) or TPMT_PUBLIC. */
  readonly attester?: Uint8Array;
  /** `binary_bios_measurements`. */
  readonly eventlog?: Uint8Array;
  /** `binary_runtime_measurements` or `ascii_runtime_measurements`, or what is new of it. */
  readonly ima?: Uint8Array;
  readonly imaOffset?: number;
  /** A runtime report, and its signature by the attestation key: TPMT_SIGNATURE. */
  readonly report?: Uint8Array;
  readonly reportSignature?: Uint8Array;
}

/**
 * The files as one piece of evidence. A list from its start is cut where the quote ends; if it doesn't lead there it
 * stays as it is, for the verifier to find.
 *
 * @throws KitenError `attestation/files-unpaired`, `attestation/pcr-file-malformed`, `attestation/ima-…`, `wire/tpm-…`
 */
export function packEvidence(files: EvidenceFiles): TpmEvidence {
  const { attester, eventlog, imaOffset = 0 } = files;
  const { quotes, banks } = readQuotes(files);
  const list = files.ima === undefined ? undefined : readList(files.ima);
  const entries = list !== undefined && imaOffset === 0 ? list.subarray(0, coveredLength(list, banks)) : list;
  return {
    quotes,
    banks,
    ...(attester === undefined ? {} : { attester: encodePublicArea(readArea(attester)) }),
    ...(eventlog === undefined ? {} : { bootLog: eventlog }),
    ...(entries === undefined ? {} : { ima: { offset: imaOffset, entries } }),
    ...readReport(files),
  };
}

function readReport({ report, reportSignature }: EvidenceFiles): Pick<TpmEvidence, 'runtime'> {
  if (report === undefined && reportSignature === undefined) return {};
  if (report === undefined || reportSignature === undefined)
    throw refusal('attestation/files-unpaired', 'A runtime report and its signature go together.');
  return { runtime: { report, signature: reportSignature } };
}

const readList = (bytes: Uint8Array): Uint8Array =>
  isAsciiIma(bytes) ? imaFromAscii(decodeUtf8(bytes)) : bytes;

function readArea(bytes: Uint8Array): ReturnType<typeof decodePublicArea> {
  try {
    return decodeSizedPublicArea(bytes);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    return decodePublicArea(bytes);
  }
}

function readQuotes({ message, signature, pcrs }: EvidenceFiles): Pick<TpmEvidence, 'quotes' | 'banks'> {
  if (message.length !== signature.length || message.length !== pcrs.length || message.length === 0) {
    throw refusal(
      'attestation/files-unpaired',
      'Give as many signatures and register files as messages, one of each at least.',
    );
  }
  const banks = new Map<number, Map<number, OctetText>>();
  const quotes = message.map((one, index) => {
    const { attested } = decodeAttest(one);
    const selections = attested.type === 'quote' ? attested.selections : [];
    for (const [id, values] of readPcrFile(pcrs[index]!, selections))
      banks.set(id, new Map([...(banks.get(id) ?? []), ...values]));
    return { message: one, signature: signature[index]! };
  });
  return { quotes, banks };
}
