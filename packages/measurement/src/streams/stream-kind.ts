import { fromBase64 } from '@kiten/codec';
import type { StreamDeclaration } from './declaration.ts';
import { type PayloadReader, payloadReader } from './payload-reader.ts';

/** What all streams of a declaration share. */
export interface StreamKind {
  readonly declaration: StreamDeclaration;
  readonly read: PayloadReader;
  /** DER SubjectPublicKeyInfo that it says a device signs packs with; `undefined`: a certified one. */
  readonly keyOf: (device: string) => Uint8Array | undefined;
}

export function kindOf(declaration: StreamDeclaration): StreamKind {
  const { key, keys = {} } = declaration;
  const ofAll = key === undefined ? undefined : fromBase64(key);
  const own = new Map(Object.entries(keys).map(([device, text]) => [device, fromBase64(text)]));
  return { declaration, read: payloadReader(declaration), keyOf: (device) => own.get(device) ?? ofAll };
}

/** Whether a declaration says which key a device signs packs with. */
export function saysKeyOf({ key, keys = {} }: StreamDeclaration, device: string): boolean {
  return key !== undefined || Object.hasOwn(keys, device);
}
