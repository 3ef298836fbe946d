import { equalBytes } from '../bytes.ts';
import { isPrintable } from '../der/character-string.ts';
import { contextConstructed, derTag } from '../der/tags.ts';
import { writeDer } from '../der/writer.ts';
import { KitenError } from '../error.ts';
import type { Signer } from '../signer.ts';
import { type Attribute, writeAttributes } from './attribute.ts';
import { checkDistinct, type Extension, writeExtension } from './extension.ts';
import { type Name, writeName } from './name.ts';
import { attributeOid } from './object-identifiers.ts';
import { signStructure } from './signature.ts';

export interface CertificationRequestFields {
  /** A name, which may be empty, or the DER of one. */
  readonly subject: Name | Uint8Array;
  /** DER SubjectPublicKeyInfo; the signer's by default, and no other one will do. */
  readonly publicKey?: Uint8Array;
  readonly extensions?: readonly Extension[];
  /** 1 to 255 characters. */
  readonly challengePassword?: string;
  /** Further attributes. */
  readonly attributes?: readonly Attribute[];
}

/**
 * Creates a PKCS #10 request (RFC 2986 §4), signed with the key that it asks a certificate for.
 *
 * @returns DER.
 * @throws KitenError `codec/x509-request-key` when the signer holds another key than `publicKey`,
 * `codec/x509-challenge-password`, `codec/x509-attribute-twice`, or as `encodeName`.
 */
export function createCertificationRequest(fields: CertificationRequestFields, signer: Signer): Uint8Array {
  const publicKey = fields.publicKey ?? signer.publicKey;
  if (!equalBytes(publicKey, signer.publicKey)) {
    throw new KitenError('codec/x509-request-key', 'A request is signed with the key that it is for.');
  }
  const info = writeDer((writer) => {
    const sequence = writer.begin(derTag.sequence);
    writer.smallInteger(0);
    writeName(writer, fields.subject);
    writer.raw(publicKey);
    writeAttributes(writer, contextConstructed(0), attributesOf(fields));
    writer.end(sequence);
  });
  return signStructure(info, signer);
}

function attributesOf({
  extensions = [],
  challengePassword,
  attributes = [],
}: CertificationRequestFields): Attribute[] {
  const all = [...attributes];
  if (challengePassword !== undefined) all.push(challengeAttribute(challengePassword));
  if (extensions.length > 0) all.push(extensionAttribute(extensions));
  if (new Set(all.map(({ oid }) => oid)).size !== all.length) {
    throw new KitenError('codec/x509-attribute-twice', 'Each attribute stands once.');
  }
  return all;
}

function challengeAttribute(password: string): Attribute {
  if (password.length === 0 || password.length > 255) {
    throw new KitenError('codec/x509-challenge-password', 'A challenge has 1 to 255 characters.');
  }
  const value = writeDer((writer) => {
    if (isPrintable(password)) writer.ascii(derTag.printableString, password);
    else writer.utf8String(password);
  });
  return { oid: attributeOid.challengePassword, values: [value] };
}

function extensionAttribute(extensions: readonly Extension[]): Attribute {
  checkDistinct(extensions);
  const value = writeDer((writer) => {
    const list = writer.begin(derTag.sequence);
    for (const extension of extensions) writeExtension(writer, extension);
    writer.end(list);
  });
  return { oid: attributeOid.extensionRequest, values: [value] };
}
