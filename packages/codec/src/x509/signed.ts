import type { AlgorithmName } from '../algorithms.ts';
import { equalBytes } from '../bytes.ts';
import { refusal } from '../der/der-error.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { derTag } from '../der/tags.ts';
import type { SignatureAlgorithm } from './algorithm-identifier.ts';

/** What certificates and lists have around what was signed. Byte arrays are views of `der`. */
export interface Signed {
  readonly der: Uint8Array;
  /** What was signed. */
  readonly tbs: Uint8Array;
  readonly signatureOid: string;
  readonly signatureAlgorithm: AlgorithmName | undefined;
  readonly signature: Uint8Array;
}

interface SignedFields {
  readonly algorithm: SignatureAlgorithm;
  /** The algorithm as the fields have it: outside it stands again, letter by letter (RFC 5280 §4.1.1.2, §5.1.1.2). */
  readonly algorithmDer: Uint8Array;
}

/** Reads SEQUENCE { fields, algorithm, signature }, of at most so many bytes. */
export function readSigned<Fields extends SignedFields>(
  der: Uint8Array,
  maximumBytes: number,
  readFields: (fields: DerReader) => Fields,
): Omit<Fields, keyof SignedFields> & Signed {
  return readDer(der, maximumBytes, (reader) => {
    const outer = reader.sequence();
    const tbsStart = outer.offset;
    const { algorithm, algorithmDer, ...fields } = readFields(outer.sequence());
    const tbs = outer.since(tbsStart);
    const { offset } = outer;
    if (!equalBytes(outer.element(derTag.sequence), algorithmDer)) {
      throw refusal(
        'codec/x509-algorithm-differs',
        'The signed algorithm and the one outside differ.',
        offset,
      );
    }
    const signature = outer.wholeOctets();
    outer.finish();
    return {
      der,
      tbs,
      ...fields,
      signatureOid: algorithm.oid,
      signatureAlgorithm: algorithm.name,
      signature,
    };
  });
}
