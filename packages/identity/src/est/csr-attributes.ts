import { type DerWriter, derTag, writeDer } from '@kiten/codec';

const oid = {
  ecPublicKey: '1.2.840.10045.2.1',
  secp256r1: '1.2.840.10045.3.1.7',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  extensionRequest: '1.2.840.113549.1.9.14',
  subjectAlternativeName: '2.5.29.17',
} as const;

const uriTag = 0x86;

/**
 * CsrAttrs (RFC 7030 §4.5.2 with the syntax of RFC 8951 §3.5): a key on P-256, a signature by ECDSA with SHA-256
 * and, if it is known who asks, the device's SPIFFE ID as the alternative name. The key type is an attribute whose
 * value is the curve, and extensions are the value of an extensionRequest (RFC 9908 §3).
 */
export function encodeCsrAttributes(spiffeId?: string): Uint8Array {
  return writeDer((writer) => {
    const attributes = writer.begin(derTag.sequence);
    writeAttribute(writer, oid.ecPublicKey, () => writer.objectIdentifier(oid.secp256r1));
    writer.objectIdentifier(oid.ecdsaWithSha256);
    if (spiffeId !== undefined) {
      writeAttribute(writer, oid.extensionRequest, () => writeAlternativeName(writer, spiffeId));
    }
    writer.end(attributes);
  });
}

function writeAttribute(writer: DerWriter, type: string, writeValue: () => void): void {
  const attribute = writer.begin(derTag.sequence);
  writer.objectIdentifier(type);
  const values = writer.begin(derTag.set);
  writeValue();
  writer.end(values);
  writer.end(attribute);
}

function writeAlternativeName(writer: DerWriter, uri: string): void {
  const extensions = writer.begin(derTag.sequence);
  const extension = writer.begin(derTag.sequence);
  writer.objectIdentifier(oid.subjectAlternativeName);
  writer.octetString(
    writeDer((inner) => {
      const names = inner.begin(derTag.sequence);
      inner.ascii(uriTag, uri);
      inner.end(names);
    }),
  );
  writer.end(extension);
  writer.end(extensions);
}
