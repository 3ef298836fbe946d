import { type AttestationStatement, derTag, KitenError, readDer, writeDer } from '@kiten/codec';
import { refusal } from '../hash.ts';
import type { CertifiedKey } from './check-certify.ts';

/** tcg-attest-tpm-certify: what TPM2_Certify says of a key, in a certification request. */
export const certifyStatementType = '2.23.133.20.1';
/** id-pe-cmw (draft-ietf-rats-msg-wrap, 6.1): a whole piece of evidence in a certification request. */
export const wrapperStatementType = '1.3.6.1.5.5.7.1.35';

const maximumBytes = 65_536;

/**
 * What a TPM says of a key as a statement for a certification request: `SEQUENCE { TPMS_ATTEST, TPMT_SIGNATURE,
 * TPMT_PUBLIC OPTIONAL }`, each in an OCTET STRING (draft-ietf-lamps-csr-attestation-16, A.2). The last is always there.
 */
export function encodeCertifyStatement({
  message,
  signature,
  publicArea,
}: CertifiedKey): AttestationStatement {
  const statement = writeDer((writer) => {
    const sequence = writer.begin(derTag.sequence);
    for (const octets of [message, signature, publicArea]) writer.octetString(octets);
    writer.end(sequence);
  });
  return { type: certifyStatementType, statement };
}

/**
 * Reads such a statement. Tools write some structures with their size in front (TPM2B_…): it is taken off.
 *
 * @throws KitenError `attestation/key-statement-malformed`; `attestation/key-statement-area` without a public area,
 * which tells what may be done with the key
 */
export function decodeCertifyStatement(statement: Uint8Array): CertifiedKey {
  const parts = readable(statement);
  const [message, signature, publicArea] = parts.map(withoutSize);
  if (message === undefined || signature === undefined || publicArea === undefined) {
    throw refusal(
      'attestation/key-statement-area',
      'The statement of a TPM on a key comes with the key’s public area (TPMT_PUBLIC).',
    );
  }
  return { message, signature, publicArea };
}

function readable(statement: Uint8Array): Uint8Array[] {
  try {
    return readDer(statement, maximumBytes, (reader) => {
      const sequence = reader.sequence();
      const parts = [sequence.octetString(), sequence.octetString()];
      if (!sequence.done) parts.push(sequence.octetString());
      sequence.finish();
      return parts;
    });
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw new KitenError(
      'attestation/key-statement-malformed',
      'The statement of a TPM on a key is a sequence of what was signed, its signature and the public area.',
      { cause },
    );
  }
}

/** None of the structures begins with its own length: TPM_GENERATED, an algorithm of a signature or a key. */
function withoutSize(octets: Uint8Array): Uint8Array {
  const size = ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
  return octets.length > 2 && size === octets.length - 2 ? octets.subarray(2) : octets;
}

/** Evidence as a statement for a certification request: a CMW in CBOR, within an OCTET STRING. */
export const encodeWrapperStatement = (evidence: Uint8Array): AttestationStatement => ({
  type: wrapperStatementType,
  statement: writeDer((writer) => writer.octetString(evidence)),
});

/** The evidence in such a statement. @throws KitenError `attestation/key-statement-malformed` */
export function decodeWrapperStatement(statement: Uint8Array): Uint8Array {
  try {
    return readDer(statement, maximumBytes, (reader) => reader.octetString());
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw new KitenError(
      'attestation/key-statement-malformed',
      'Evidence in a certification request is CBOR in an OCTET STRING.',
      { cause },
    );
  }
}
