import { refusal } from '../der/der-error.ts';
import { type DerReader, readDer } from '../der/reader.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import { writeDer } from '../der/writer.ts';

/** id-aa-attestation, which was id-aa-evidence (draft-ietf-lamps-csr-attestation-29, 4.3). */
export const attestationAttribute = '1.2.840.113549.1.9.16.2.59';

/** What one attester says, in a form that its type names. */
export interface AttestationStatement {
  /** Dotted. */
  readonly type: string;
  /** DER. */
  readonly statement: Uint8Array;
}

/** What a certification request brings to show where its key lives. */
export interface AttestationBundle {
  /** At least one. */
  readonly statements: readonly AttestationStatement[];
  /** DER, in no order; those in other formats than X.509 are left out. */
  readonly certificates: readonly Uint8Array[];
}

const maximumBytes = 65_536;
const most = 16;

/**
 * Decodes the value of the attribute (draft-ietf-lamps-csr-attestation-29, 4.1). What a statement says is checked for
 * its form only: whoever knows its type reads it.
 *
 * @throws KitenError `codec/x509-attestation` or `codec/der-…` with `detail.offset`
 */
export function decodeAttestationBundle(der: Uint8Array): AttestationBundle {
  return readDer(der, maximumBytes, (reader) => {
    const bundle = reader.sequence();
    const statements = sequenceOf(bundle, readStatement);
    const certificates = bundle.done ? [] : sequenceOf(bundle, readCertificate);
    bundle.finish();
    return { statements, certificates: certificates.filter((each) => each !== undefined) };
  });
}

/** SEQUENCE SIZE (1..MAX) OF, with a bound. */
function sequenceOf<Value>(parent: DerReader, read: (reader: DerReader) => Value): Value[] {
  const { offset } = parent;
  const sequence = parent.sequence();
  const values: Value[] = [];
  while (!sequence.done) {
    if (values.length === most) {
      throw refusal('codec/x509-attestation', `A bundle has at most ${most} of each.`, sequence.offset);
    }
    values.push(read(sequence));
  }
  if (values.length === 0)
    throw refusal('codec/x509-attestation', 'A bundle has at least one of each.', offset);
  return values;
}

function readStatement(reader: DerReader): AttestationStatement {
  const sequence = reader.sequence();
  const type = sequence.objectIdentifier();
  const statement = sequence.any();
  sequence.finish();
  return { type, statement };
}

/** LimitedCertChoices: an X.509 certificate, or `[3]` with another format. */
function readCertificate(reader: DerReader): Uint8Array | undefined {
  const tag = reader.peek();
  if (tag !== derTag.sequence && tag !== contextConstructed(3)) {
    throw refusal('codec/x509-attestation', 'This is no certificate that a bundle may have.', reader.offset);
  }
  const certificate = reader.any();
  return tag === derTag.sequence ? certificate : undefined;
}

/** A bundle as the value of the attribute. */
export function encodeAttestationBundle({ statements, certificates }: AttestationBundle): Uint8Array {
  return writeDer((writer) => {
    const bundle = writer.begin(derTag.sequence);
    const list = writer.begin(derTag.sequence);
    for (const { type, statement } of statements) {
      const sequence = writer.begin(derTag.sequence);
      writer.objectIdentifier(type);
      writer.raw(statement);
      writer.end(sequence);
    }
    writer.end(list);
    if (certificates.length > 0) {
      const chain = writer.begin(derTag.sequence);
      for (const certificate of certificates) writer.raw(certificate);
      writer.end(chain);
    }
    writer.end(bundle);
  });
}
