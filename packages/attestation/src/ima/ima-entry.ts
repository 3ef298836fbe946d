import { decodeUtf8, KitenError } from '@kiten/codec';
import { type ImaScanner, uint32 } from './ima-scanner.ts';

/** One entry of a measurement list, decoded. Octets are views of the log. */
export interface ImaEntry {
  readonly pcr: number;
  readonly template: string;
  readonly violation: boolean;
  readonly templateDigest: Uint8Array;
  /** The hash over the file, as the kernel names it; `sha1` or `md5` by length in the template `ima`. */
  readonly hash?: string;
  readonly digest?: Uint8Array;
  /** The path of the file, or what was measured: `boot_aggregate`, a keyring, a policy. */
  readonly name?: string;
  /** The signature that the file has (`ima-sig`, `ima-modsig`). */
  readonly signature?: Uint8Array;
  /** What was measured (`ima-buf`): keys, the kernel's command line. */
  readonly buffer?: Uint8Array;
}

/** Fields of the kernel's templates (linux/security/integrity/ima/ima_template.c). */
const formats: Readonly<Record<string, string>> = {
  'ima-ng': 'd-ng|n-ng',
  'ima-ngv2': 'd-ngv2|n-ng',
  'ima-sig': 'd-ng|n-ng|sig',
  'ima-sigv2': 'd-ngv2|n-ng|sig',
  'ima-buf': 'd-ng|n-ng|buf',
  'ima-modsig': 'd-ng|n-ng|sig|d-modsig|modsig',
  'evm-sig': 'd-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode',
};

const builtIn: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(formats).map(([template, format]) => [template, format.split('|')]),
);

/** What the fields are here that somebody looks at. */
const meanings: Readonly<Record<string, 'digest' | 'old-digest' | 'name' | 'signature' | 'buffer'>> = {
  'd-ng': 'digest',
  'd-ngv2': 'digest',
  d: 'old-digest',
  'n-ng': 'name',
  n: 'name',
  sig: 'signature',
  evmsig: 'signature',
  buf: 'buffer',
};

/** The fields of a template; one that was put together at boot (`ima_template_fmt=`) is called by them. */
function fieldsOf(template: string): readonly string[] | undefined {
  const known = builtIn.get(template);
  if (known !== undefined) return known;
  const names = template.split('|');
  return names.length > 1 && names.every((name) => /^[a-z][a-z0-9-]{0,15}$/.test(name)) ? names : undefined;
}

const maximumFields = 16;

/**
 * Decodes the scanner's current entry. The data of a template that is not known here is left undecoded: it is
 * replayed all the same, and matches no reference value.
 *
 * @throws KitenError `attestation/ima-log-malformed`
 */
export function readImaEntry(scanner: ImaScanner): ImaEntry {
  const { log, digestStart, digestBytes, pcr, violation } = scanner;
  const template = scanner.templateName;
  const templateDigest = log.subarray(digestStart, digestStart + digestBytes);
  const entry = { pcr, template, violation, templateDigest };
  if (scanner.old) {
    const digest = log.subarray(scanner.dataStart, scanner.dataStart + 20);
    return { ...entry, hash: 'sha1', digest, name: text(scanner, scanner.dataStart + 24, scanner.dataEnd) };
  }
  const names = fieldsOf(template);
  return names === undefined ? entry : { ...entry, ...readFields(scanner, names) };
}

type FieldsRead = Pick<ImaEntry, 'hash' | 'digest' | 'name' | 'signature' | 'buffer'>;

function readFields(scanner: ImaScanner, names: readonly string[]): FieldsRead {
  const { log } = scanner;
  const found = fields(scanner);
  const read: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const meaning = meanings[name];
    const field = found[index];
    if (meaning === undefined || Object.hasOwn(read, meaning)) continue;
    const isNeeded = meaning === 'digest' || meaning === 'name' || meaning === 'old-digest';
    if (field === undefined) {
      if (isNeeded) throw scanner.malformed('lacks a field');
      continue;
    }
    if (meaning === 'digest') Object.assign(read, fileDigest(scanner, field));
    else if (meaning === 'old-digest') Object.assign(read, oldDigest(scanner, field));
    else if (meaning === 'name') read.name = text(scanner, field.start, field.end - 1);
    else if (field.end > field.start) read[meaning] = log.subarray(field.start, field.end);
  }
  return read as FieldsRead;
}

/** `d`: SHA-1 or MD5, by its length. */
function oldDigest({ log }: ImaScanner, { start, end }: Field): { hash: string; digest: Uint8Array } {
  return { hash: end - start === 16 ? 'md5' : 'sha1', digest: log.subarray(start, end) };
}

interface Field {
  readonly start: number;
  readonly end: number;
}

function fields(scanner: ImaScanner): Field[] {
  const { log, dataStart, dataEnd } = scanner;
  const found: Field[] = [];
  for (let position = dataStart; position < dataEnd; ) {
    if (dataEnd - position < 4 || found.length === maximumFields)
      throw scanner.malformed('has malformed fields');
    const start = position + 4;
    const end = start + uint32(log, position);
    if (end > dataEnd) throw scanner.malformed('has a field beyond its end');
    found.push({ start, end });
    position = end;
  }
  return found;
}

/** `d-ng`: `sha256:`, a zero, the digest. `d-ngv2` has `ima:` or `verity:` before it. */
function fileDigest(scanner: ImaScanner, { start, end }: Field): { hash: string; digest: Uint8Array } {
  const { log } = scanner;
  const zero = log.indexOf(0, start);
  if (zero < 0 || zero >= end || log[zero - 1] !== 0x3a) throw scanner.malformed('has no hash function');
  return { hash: log.toString('latin1', start, zero - 1), digest: log.subarray(zero + 1, end) };
}

function text(scanner: ImaScanner, start: number, end: number): string {
  if (end < start) throw scanner.malformed('has no name');
  const bytes = scanner.log.subarray(start, end);
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    // Paths are octets to Linux: what is no UTF-8 is shown octet by octet, and matches no reference value.
    if (error instanceof KitenError) return bytes.toString('latin1');
    throw error;
  }
}

/**
 * What reference values of a file are compared with: `d-ng` and `n-ng` with their lengths, as they lie in the log;
 * undefined for templates that have none.
 */
export function measurementKey(scanner: ImaScanner): string | undefined {
  const { log, dataStart, dataEnd, old } = scanner;
  if (old || dataEnd - dataStart < 8) return undefined;
  const secondAt = dataStart + 4 + uint32(log, dataStart);
  if (secondAt + 4 > dataEnd) return undefined;
  const end = secondAt + 4 + uint32(log, secondAt);
  return end > dataEnd ? undefined : log.toString('latin1', dataStart, end);
}
