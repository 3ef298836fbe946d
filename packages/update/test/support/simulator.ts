import { createHash } from 'node:crypto';
import { algorithmOf, ecdsaRawToDer, type Signer, toHex } from '@kiten/codec';
import { canonicalMetadata, type FetchFile, keyIdOf, keyObjectOf } from '../../src/index.ts';
import { ed25519Signer } from './keys.ts';

/** 2030-01-01T00:00:00Z, when the tests take place. */
export const now = Date.UTC(2030, 0, 1);
export const day = 86_400_000;

export const isoTime = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

// biome-ignore lint/suspicious/noExplicitAny: what a repository may say, right or wrong, has no type
export type Json = Record<string, any>;

/** A signer with the key as metadata has it, and its id. */
export interface Holder {
  readonly signer: Signer;
  readonly key: Json;
  readonly keyId: string;
}

export function holder(signer = ed25519Signer(), more: Json = {}): Holder {
  const kinds: Json = {
    RS256: { keytype: 'rsa', scheme: 'rsa-pkcs1v15-sha256' },
  };
  const key = { ...keyObjectOf(signer.algorithm === 'RS256' ? 'PS256' : signer.algorithm, signer.publicKey) };
  const whole = { ...key, ...kinds[signer.algorithm], ...more };
  return { signer, key: whole, keyId: keyIdOf(whole) };
}

export function signatureOf({ signer, keyId }: Holder, signed: Json): Json {
  const raw = signer.sign(canonicalMetadata(signed));
  const isEcdsa = algorithmOf(signer.algorithm).kind === 'ecdsa';
  return { keyid: keyId, sig: toHex(isEcdsa ? ecdsaRawToDer(raw) : raw) };
}

export const encoded = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value, undefined, 1));

export function hashesOf(bytes: Uint8Array): Json {
  return { sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * A repository in memory. What each role says is there to be changed; `publish` signs it under the next version. It
 * serves what was published, and remembers what it was asked for.
 */
export class Simulator {
  /** Without prototypes, for names such as `__proto__`. */
  readonly said: Record<string, Json> = Object.create(null);
  readonly holders: Record<string, Holder[]> = Object.create(null);
  readonly files = new Map<string, Uint8Array>();
  readonly requests: string[] = [];
  /** Whether timestamp and snapshot say the length and hashes of what they list. */
  describes = false;

  constructor() {
    const expires = isoTime(now + 30 * day);
    const common = { spec_version: '1.0.34', version: 0, expires };
    this.said.root = { _type: 'root', ...common, consistent_snapshot: true, keys: {}, roles: {} };
    this.said.targets = { _type: 'targets', ...common, targets: {} };
    this.said.snapshot = { _type: 'snapshot', ...common, meta: {} };
    this.said.timestamp = { _type: 'timestamp', ...common, meta: {} };
    for (const role of ['root', 'targets', 'snapshot', 'timestamp']) this.entrust(role, holder());
    this.publish('root', 'targets', 'snapshot', 'timestamp');
  }

  get root(): Json {
    return this.said.root!;
  }

  get targets(): Json {
    return this.said.targets!;
  }

  get snapshot(): Json {
    return this.said.snapshot!;
  }

  get timestamp(): Json {
    return this.said.timestamp!;
  }

  /** Makes holders those who sign for a role of the root, in place of whoever did. */
  entrust(role: string, ...holders: Holder[]): void {
    this.holders[role] = holders;
    this.root.roles[role] = { keyids: holders.map(({ keyId }) => keyId), threshold: 1 };
    for (const { keyId, key } of holders) this.root.keys[keyId] = key;
  }

  delegate(from: string, name: string, more: Json = { paths: ['*'] }, by = holder()): Holder {
    const expires = isoTime(now + 30 * day);
    this.said[name] ??= { _type: 'targets', spec_version: '1.0.34', version: 0, expires, targets: {} };
    this.holders[name] ??= [by];
    const signer = this.holders[name][0]!;
    this.said[from]!.delegations ??= { keys: {}, roles: [] };
    const { keys, roles } = this.said[from]!.delegations;
    keys[signer.keyId] = signer.key;
    roles.push({ name, keyids: [signer.keyId], threshold: 1, terminating: false, ...more });
    return signer;
  }

  /** Adds a target to a role and serves it under the name that consistent snapshots give it, and under its own. */
  addTarget(role: string, path: string, content: string, more: Json = {}): void {
    const bytes = Buffer.from(content);
    const hashes = hashesOf(bytes);
    this.said[role]!.targets[path] = { length: bytes.length, hashes, ...more };
    const segments = path.split('/').map(encodeURIComponent);
    const last = segments.pop()!;
    this.files.set(`targets/${[...segments, last].join('/')}`, bytes);
    this.files.set(`targets/${[...segments, `${hashes.sha256}.${last}`].join('/')}`, bytes);
  }

  /** Signs roles under their next versions, lists targets roles in the snapshot and the snapshot in the timestamp. */
  publish(...roles: string[]): void {
    for (const role of roles) {
      const said = this.said[role]!;
      said.version += 1;
      if (role === 'timestamp') said.meta = { 'snapshot.json': this.#describe('snapshot') };
      this.serve(role, this.sign(role));
      if (said._type === 'targets') this.snapshot.meta[`${role}.json`] = this.#describe(role);
    }
  }

  /** All targets roles that have something new to say, then snapshot and timestamp. */
  publishTargets(...roles: string[]): void {
    this.publish(...roles, 'snapshot', 'timestamp');
  }

  sign(role: string, signed = this.said[role]!, holders = this.holders[role]!): Json {
    return { signatures: holders.map((each) => signatureOf(each, signed)), signed };
  }

  /** Serves any file as that of a role. */
  serve(role: string, file: unknown, version = (file as Json).signed.version as number): void {
    const bytes = file instanceof Uint8Array ? file : encoded(file);
    const name = encodeURIComponent(role);
    if (role !== 'timestamp') this.files.set(`metadata/${version}.${name}.json`, bytes);
    this.files.set(`metadata/${name}.json`, bytes);
  }

  file(path: string): Uint8Array {
    const bytes = this.files.get(path);
    if (bytes === undefined) throw new Error(`The simulator has no ${path}.`);
    return bytes;
  }

  readonly fetch: FetchFile = async (url) => {
    const path = url.replace('https://repository.example/', '');
    this.requests.push(path.replace('metadata/', ''));
    const bytes = this.files.get(path);
    return { status: bytes === undefined ? 404 : 200, body: pieces(bytes ?? new Uint8Array()) };
  };

  #describe(role: string): Json {
    const { version } = this.said[role]!;
    if (!this.describes) return { version };
    const bytes = this.file(`metadata/${version}.${encodeURIComponent(role)}.json`);
    return { version, length: bytes.length, hashes: hashesOf(bytes) };
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}
