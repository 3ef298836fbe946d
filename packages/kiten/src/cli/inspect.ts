import {
  decodeCorim,
  decodeRuntimeReport,
  decodeTpmEvidence,
  ImaScanner,
  imaFromAscii,
  isAsciiIma,
  parseBootLog,
  type ReferenceImage,
  type RuntimeReference,
  readImaEntry,
  readPcrFile,
  type TpmEvidence,
} from '@kiten/attestation';
import {
  type Certificate,
  decodePem,
  decodeSign1,
  decodeUtf8,
  nameToString,
  parseCertificate,
  toHex,
} from '@kiten/codec';
import { readUnverifiedStatement } from '@kiten/trust';
import {
  decodeAttest,
  decodeCredentialFile,
  decodePublicArea,
  decodeSizedPublicArea,
  decodeTpmSignature,
  tpmHashOf,
} from '@kiten/wire';
import { banksJson } from './attest-files.ts';
import { isJwt } from './commands/attest-ear.ts';
import { cborJson, foreignCorim } from './inspect-corim.ts';
import { jsonOf } from './output.ts';

/** One kind of file: `decode` throws a KitenError or gives undefined if it is something else. */
interface Inspector {
  readonly kind: string;
  readonly decode: (bytes: Buffer) => unknown;
}

/** Decoders from the most telling beginning to the least. */
export const inspectors: readonly Inspector[] = [
  { kind: 'TPMS_ATTEST', decode: (bytes) => jsonOf(decodeAttest(bytes)) },
  { kind: 'TPM2B_PUBLIC', decode: (bytes) => jsonOf(decodeSizedPublicArea(bytes)) },
  { kind: 'TPMT_PUBLIC', decode: (bytes) => jsonOf(decodePublicArea(bytes)) },
  { kind: 'TPMT_SIGNATURE', decode: (bytes) => jsonOf(decodeTpmSignature(bytes)) },
  { kind: 'credential of tpm2_makecredential', decode: (bytes) => jsonOf(decodeCredentialFile(bytes)) },
  { kind: 'evidence of a TPM', decode: (bytes) => evidenceJson(decodeTpmEvidence(bytes)) },
  { kind: 'runtime report', decode: (bytes) => jsonOf(decodeRuntimeReport(bytes)) },
  { kind: 'register values of tpm2_quote', decode: (bytes) => banksJson(readPcrFile(bytes, [])) },
  { kind: 'CoRIM', decode: (bytes) => imageJson(decodeCorim(bytes)) },
  { kind: 'CoRIM without reference values of a TPM', decode: foreignCorim },
  { kind: 'signed statement', decode: statementJson },
  { kind: 'COSE_Sign1', decode: sign1Json },
  { kind: 'JWT', decode: jwtJson },
  { kind: 'certificate', decode: certificateJson },
  {
    kind: 'measurement list of IMA (text)',
    decode: (bytes) =>
      isAsciiIma(bytes) ? imaJson(Buffer.from(imaFromAscii(decodeUtf8(bytes)))) : undefined,
  },
  { kind: 'boot log', decode: bootLogJson },
  { kind: 'measurement list of IMA', decode: (bytes) => (bytes.length === 0 ? undefined : imaJson(bytes)) },
  { kind: 'CBOR', decode: cborJson },
];

function evidenceJson({ quotes, banks, attester, bootLog, ima, certified = [], runtime }: TpmEvidence) {
  return {
    quotes: quotes.map(({ message }) => jsonOf(decodeAttest(message))),
    pcrs: banksJson(banks),
    ...(attester === undefined ? {} : { attester: jsonOf(decodePublicArea(attester)) }),
    ...(bootLog === undefined ? {} : { bootLog: { bytes: bootLog.length } }),
    ...(ima === undefined ? {} : { ima: { offset: ima.offset, bytes: ima.entries.length } }),
    certified: certified.length,
    ...(runtime === undefined ? {} : { runtime: { bytes: runtime.report.length } }),
  };
}

function runtimeJson({ lockdown, taint, settings, modules, sockets, executables }: RuntimeReference) {
  return {
    ...(lockdown === undefined ? {} : { lockdown }),
    taint,
    settings: Object.fromEntries(settings),
    ...(modules === undefined ? {} : { modules: modules.size }),
    ...(sockets === undefined ? {} : { sockets: sockets.length }),
    ...(executables === undefined ? {} : { executables: executables.size }),
  };
}

function imageJson({
  id,
  name,
  states,
  files,
  bootLog,
  imaLog,
  runtime,
  validFrom,
  validUntil,
}: ReferenceImage) {
  return {
    id,
    name,
    states: states.map((state) =>
      Object.fromEntries(
        [...state].map(([bank, values]) => [tpmHashOf(bank)?.name ?? String(bank), [...values.keys()]]),
      ),
    ),
    files: files.size,
    ...(bootLog === undefined ? {} : { bootLogEvents: bootLog.log.events.length }),
    ...(imaLog === undefined ? {} : { imaLogEntries: imaLog.entries }),
    ...(runtime === undefined ? {} : { runtime: runtimeJson(runtime) }),
    ...(validFrom === undefined ? {} : { validFrom }),
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

function statementJson(bytes: Buffer) {
  const { payload, ...statement } = readUnverifiedStatement(bytes);
  const isCorim = statement.contentType === 'application/rim+cbor';
  return {
    ...(jsonOf(statement) as object),
    ...(isCorim ? { corim: imageJson(decodeCorim(payload)) } : { payloadBytes: payload.length }),
  };
}

function sign1Json(bytes: Buffer) {
  const { protectedHeader, unprotectedHeader, payload } = decodeSign1(bytes, { deterministic: false });
  return {
    protectedHeader: jsonOf(protectedHeader),
    unprotectedHeader: jsonOf(unprotectedHeader),
    payloadBytes: payload?.length ?? 0,
  };
}

/** Decoded, not verified. */
function jwtJson(bytes: Buffer) {
  if (!isJwt(bytes)) return undefined;
  const [header, payload] = decodeUtf8(bytes).trim().split('.');
  const part = (text = ''): unknown => {
    try {
      return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    } catch {
      // Not everything that begins like a JWT is one.
      return undefined;
    }
  };
  const [read, claims] = [part(header), part(payload)];
  return read === undefined || claims === undefined ? undefined : { header: read, claims };
}

function certificateJson(bytes: Buffer) {
  const text = bytes.toString('latin1');
  const [block] = text.includes('-----BEGIN CERTIFICATE') ? decodePem(text) : [];
  return shownCertificate(parseCertificate(block?.der ?? new Uint8Array(bytes)));
}

function shownCertificate({
  subject,
  issuer,
  serialNumber,
  notBefore,
  notAfter,
  extendedKeyUsage = [],
}: Certificate) {
  return {
    subject: nameToString(subject),
    issuer: nameToString(issuer),
    serialNumber: toHex(serialNumber),
    notBefore: new Date(notBefore).toISOString(),
    notAfter: new Date(notAfter).toISOString(),
    extendedKeyUsage: [...extendedKeyUsage],
  };
}

function bootLogJson(bytes: Buffer) {
  const { format, version, banks, events, startupLocality } = parseBootLog(bytes);
  const names = banks.map((id) => tpmHashOf(id)?.name ?? String(id));
  return {
    format,
    ...(version === undefined ? {} : { version }),
    banks: names,
    events: events.length,
    startupLocality,
  };
}

function imaJson(log: Buffer) {
  const scanner = new ImaScanner(log);
  const templates = new Set<string>();
  let entries = 0;
  let violations = 0;
  while (scanner.next()) {
    const entry = readImaEntry(scanner);
    templates.add(entry.template);
    if (entry.violation) violations += 1;
    entries += 1;
  }
  return { entries, violations, templates: [...templates] };
}
