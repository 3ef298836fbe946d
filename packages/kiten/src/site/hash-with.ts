import { hash } from 'node:crypto';
import type { HashFunction } from '@kiten/codec';

const names: Readonly<Record<string, string>> = {
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** A digest by the runtime's cryptography, by the name that standards give the function. */
export const hashWith: HashFunction = (name, data) => hash(names[name] ?? name, data, 'buffer');
