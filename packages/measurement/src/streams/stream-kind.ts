import { fromBase64 } from '@kiten/codec';
import type { StreamDeclaration } from './declaration.ts';
import { type PayloadReader, payloadReader } from './payload-reader.ts';

/** What all streams of a declaration share. */
export interface StreamKind {
  readonly declaration: StreamDeclaration;
  readonly read: PayloadReader;
  /** DER SubjectPublicKeyInfo, if its packs are signed with one key. */
  readonly key: Uint8Array | undefined;
}

export function kindOf(declaration: StreamDeclaration): StreamKind {
  const { key } = declaration;
  return {
    declaration,
    read: payloadReader(declaration),
    key: key === undefined ? undefined : fromBase64(key),
  };
}
