import {
  type CborValue,
  cborNumber,
  decodeCbor,
  decodeUtf8,
  encodeCbor,
  fromBase64Url,
  KitenError,
  parseJsonStrict,
  toBase64Url,
} from '@kiten/codec';
import { type SenmlField, type SenmlRecord, senmlFields } from './record.ts';
import { malformed } from './refusal.ts';

/** Octets. */
const maxBytes = 256 * 1024;
const mostRecords = 10_000;
const fieldOf = new Map(Object.entries(senmlFields).map(([name, { label }]) => [label, name as SenmlField]));

/**
 * Reads a pack in JSON, `application/senml+json` (RFC 8428 §5). Nothing is resolved yet.
 *
 * @throws KitenError `measurement/senml-malformed`; `measurement/senml-unknown-field` for a field that has to be understood
 */
export function decodeSenmlJson(bytes: Uint8Array): readonly SenmlRecord[] {
  const pack = read(() => parseJsonStrict(decodeUtf8(bytes), { maxBytes, maxDepth: 4 }));
  return recordsOf(pack, (record) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw malformed('a record is no object');
    return Object.entries(record).flatMap(([name, value]): [SenmlField, unknown][] => {
      if (!isField(name)) return passOver(name);
      return [[name, senmlFields[name].type === 'octets' ? octets(value) : value]];
    });
  });
}

/** Reads a pack in CBOR, `application/senml+cbor` (RFC 8428 §6). Throws what {@link decodeSenmlJson} does. */
export function decodeSenmlCbor(bytes: Uint8Array): readonly SenmlRecord[] {
  const pack = read(() => decodeCbor(bytes, { maxBytes, maxDepth: 6, deterministic: false }));
  return recordsOf(pack, (record) => {
    if (!(record instanceof Map)) throw malformed('a record is no map');
    return [...record].flatMap(([label, value]): [SenmlField, unknown][] => {
      const name = typeof label === 'number' ? fieldOf.get(label) : label;
      if (typeof name !== 'string')
        throw malformed('a record has a label that is neither a known number nor a text');
      if (!isField(name)) return passOver(name);
      // With numbers for all that are known, a name in their place would be a second way to say the same.
      if (typeof label === 'string') throw malformed(`“${name}” has a number in CBOR`);
      return [[name, cborNumber(value) ?? value]];
    });
  });
}

export function encodeSenmlJson(records: readonly SenmlRecord[]): string {
  return JSON.stringify(records, (_, value) => (value instanceof Uint8Array ? toBase64Url(value) : value));
}

export function encodeSenmlCbor(records: readonly SenmlRecord[]): Uint8Array {
  return encodeCbor(
    records.map(
      (record) =>
        new Map<CborValue, CborValue>(
          Object.entries(record).map(([name, value]) => [
            senmlFields[name as SenmlField].label,
            value as CborValue,
          ]),
        ),
    ),
  );
}

function recordsOf(
  pack: unknown,
  fieldsOf: (record: unknown) => [SenmlField, unknown][],
): readonly SenmlRecord[] {
  if (!Array.isArray(pack)) throw malformed('it is no array');
  if (pack.length > mostRecords) throw malformed(`it has more than ${mostRecords} records`);
  return pack.map((record) => {
    const fields = fieldsOf(record);
    for (const [name, value] of fields) checkType(name, value);
    return Object.fromEntries(fields) as SenmlRecord;
  });
}

function checkType(name: SenmlField, value: unknown): void {
  const { type } = senmlFields[name];
  const isRight =
    type === 'octets'
      ? value instanceof Uint8Array
      : typeof value === type && (type !== 'number' || Number.isFinite(value));
  if (!isRight) throw malformed(`“${name}” is not of its type, ${type}`);
}

/** Fields that nobody knows are passed over, unless their name says that they must not be (RFC 8428 §4.4). */
function passOver(name: string): [] {
  if (!name.endsWith('_')) return [];
  throw new KitenError(
    'measurement/senml-unknown-field',
    `The SenML pack has a field that has to be understood and is not: ${name.slice(0, 40)}.`,
  );
}

const isField = (name: string): name is SenmlField => Object.hasOwn(senmlFields, name);

function octets(value: unknown): unknown {
  return typeof value === 'string' ? read(() => fromBase64Url(value)) : value;
}

function read<Value>(how: () => Value): Value {
  try {
    return how();
  } catch (cause) {
    throw malformed('it is not encoded as it should be', cause);
  }
}
