import { randomBytes } from 'node:crypto';
import { type MessagePort, parentPort } from 'node:worker_threads';
import {
  hashPassword,
  type PasswordOrigin,
  passwordSaltBytes,
  passwordScheme,
  verifyPassword,
} from '@kiten/identity';

/** Hashing is slow on purpose. Here it holds up neither messages, nor the site, nor the threads that write files. */
export type PasswordTask =
  | {
      readonly id: number;
      readonly kind: 'hash';
      readonly password: Uint8Array;
      readonly origin: PasswordOrigin;
    }
  | { readonly id: number; readonly kind: 'verify'; readonly password: Uint8Array; readonly stored: string };

export type PasswordResult =
  | { readonly id: number; readonly kind: 'hash'; readonly hash: string }
  /** `better`: a hash to keep in place of a weak one. */
  | { readonly id: number; readonly kind: 'verify'; readonly holds: boolean; readonly better?: string };

const port = parentPort as MessagePort;
port.on('message', (task: PasswordTask) => port.postMessage(done(task)));

function done(task: PasswordTask): PasswordResult {
  const { id, password } = task;
  if (task.kind === 'hash') return { id, kind: 'hash', hash: hashed(password, task.origin) };
  const holds = verifyPassword(task.stored, password);
  if (passwordScheme(task.stored) === 'scrypt') return { id, kind: 'verify', holds };
  // Made for a wrong one as well, so that both take as long.
  const better = hashed(password, 'imported');
  return { id, kind: 'verify', holds, ...(holds ? { better } : {}) };
}

function hashed(password: Uint8Array, origin: PasswordOrigin): string {
  return hashPassword(password, new Uint8Array(randomBytes(passwordSaltBytes)), origin);
}
