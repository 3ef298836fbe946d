// Repositories as advancedtelematic/tuf-test-vectors describes them, made here: a Director of two roles and an Image
// repository of four, with what a vector has wrong, in each of the ways in which it writes them.
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { canonicalJson } from '@kiten/codec';
import { canonicalMetadata } from '../../../src/index.ts';
import type { Json } from '../../support/simulator.ts';

/** How a set of vectors is written. */
export interface Writing {
  readonly encoding: 'hex' | 'base64';
  readonly form: 'olpc' | 'json-subset';
  readonly scheme: 'ed25519' | 'rsassa-pss-sha256' | 'rsassa-pss-sha512';
  /** What lengths and hashes are of. */
  readonly described: 'file' | 'canonical form';
}

export const writings: readonly Writing[] = [
  { encoding: 'hex', form: 'olpc', scheme: 'ed25519', described: 'file' },
  { encoding: 'base64', form: 'json-subset', scheme: 'ed25519', described: 'canonical form' },
  { encoding: 'hex', form: 'olpc', scheme: 'rsassa-pss-sha256', described: 'canonical form' },
  { encoding: 'base64', form: 'json-subset', scheme: 'rsassa-pss-sha512', described: 'file' },
];

type Role = 'root' | 'targets' | 'snapshot' | 'timestamp';

/** What is wrong with one of the two repositories. */
export interface Fault {
  readonly kind:
    | 'expired'
    | 'unmet threshold'
    | 'non-unique signatures'
    | 'zero threshold'
    | 'negative threshold'
    | 'bad key ids'
    | 'unsigned';
  readonly role: Role;
}

/** What is wrong with the one image. */
export type ImageFault = 'bad hash' | 'oversized' | 'bad hardware id' | 'bad ECU id';

export const content = 'wat wat wat';

interface Key {
  readonly id: string;
  readonly spoken: string;
  readonly secret: KeyObject;
}

/** The public key of the vectors ends in a line feed, and its id is the hash of that string. */
export function newKey({ scheme, form }: Writing): Key {
  const isRsa = scheme !== 'ed25519';
  const pair = isRsa ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
  const der = pair.publicKey.export({ format: 'der', type: 'spki' });
  const spoken = isRsa
    ? String(pair.publicKey.export({ format: 'pem', type: 'spki' }))
    : `${der.subarray(-32).toString('hex')}\n`;
  const id = createHash('sha256').update(canonical(spoken, form)).digest('hex');
  return { id, spoken, secret: createPrivateKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' })) };
}

const canonical = (value: unknown, form: Writing['form']): Uint8Array =>
  form === 'olpc' ? canonicalMetadata(value) : Buffer.from(canonicalJson(value));

const flip = (id: string): string => `${id.startsWith('0') ? '1' : '0'}${id.slice(1)}`;

/** One repository at one version of its root. */
export class Repository {
  readonly files = new Map<string, Uint8Array>();
  readonly #writing: Writing;
  readonly #keys: Readonly<Record<Role, Key>>;

  constructor(writing: Writing, keys: Readonly<Record<Role, Key>>) {
    this.#writing = writing;
    this.#keys = keys;
  }

  /** @param signers whose signatures the root has, where it isn’t its own key’s. */
  root(version: number, fault?: Fault, signers = [this.#keys.root]): this {
    const all = Object.entries(this.#keys) as [Role, Key][];
    const roles = all.map(([role, key]) => [role, { keyids: [key.id], threshold: threshold(role, fault) }]);
    const keys = all.map(([role, { id, spoken }]) => {
      const keytype = this.#writing.scheme === 'ed25519' ? 'ed25519' : 'rsa';
      const isBad = fault?.kind === 'bad key ids' && fault.role === role;
      return [isBad ? flip(id) : id, { keytype, keyval: { public: spoken } }];
    });
    const said = {
      consistent_snapshot: false,
      keys: Object.fromEntries(keys),
      roles: Object.fromEntries(roles),
    };
    const bytes = this.#file('root', { version, ...said }, fault, signers);
    this.files.set(`${version}.root.json`, bytes).set('root.json', bytes);
    return this;
  }

  /** Targets, and what leads to them if there is a snapshot. */
  targets(version: number, targets: Json, fault: Fault | undefined, hasSnapshot: boolean): this {
    const found = this.#publish('targets', { version, targets }, fault);
    if (!hasSnapshot) return this;
    const meta = { 'targets.json': this.#describe(found, version) };
    const snapshot = this.#publish('snapshot', { version, meta }, fault);
    const listed = { 'snapshot.json': this.#describe(snapshot, version) };
    this.#publish('timestamp', { version, meta: listed }, fault);
    return this;
  }

  #publish(role: Role, said: Json, fault: Fault | undefined): Uint8Array {
    const bytes = this.#file(role, said, fault, [this.#keys[role]]);
    this.files.set(`${role}.json`, bytes);
    return bytes;
  }

  #describe(bytes: Uint8Array, version: number): Json {
    const { form, described } = this.#writing;
    const of = described === 'file' ? bytes : canonical(JSON.parse(Buffer.from(bytes).toString()), form);
    const hashes = { sha256: createHash('sha256').update(of).digest('hex') };
    return { version, length: of.length, hashes };
  }

  #file(role: Role, said: Json, fault: Fault | undefined, signers: readonly Key[]): Uint8Array {
    const kind = fault?.role === role ? fault.kind : undefined;
    const expires = kind === 'expired' ? '2017-01-01T00:00:00Z' : '2038-01-19T03:14:06Z';
    const signed = { _type: `${role[0]!.toUpperCase()}${role.slice(1)}`, expires, ...said };
    const signatures = kind === 'unsigned' ? [] : signers.map((key) => this.#signature(key, signed));
    if (kind === 'non-unique signatures') signatures.push(signatures[0]!);
    return Buffer.from(`${JSON.stringify({ signatures, signed }, undefined, 2)}\n`);
  }

  #signature({ id, secret }: Key, signed: Json): Json {
    const { scheme, encoding, form } = this.#writing;
    const given = scheme === 'ed25519' ? secret : { key: secret, padding: 6, saltLength: -1 };
    const digest = scheme === 'ed25519' ? null : scheme.slice(-6);
    return {
      keyid: id,
      method: scheme,
      sig: sign(digest, canonical(signed, form), given).toString(encoding),
    };
  }
}

function threshold(role: Role, fault: Fault | undefined): number {
  if (fault?.role !== role) return 1;
  const thresholds: Partial<Record<Fault['kind'], number>> = {
    ...{ 'unmet threshold': 2, 'non-unique signatures': 2, 'zero threshold': 0, 'negative threshold': -1 },
  };
  return thresholds[fault.kind] ?? 1;
}

/** The one image of the vectors, as one of the repositories has it. */
export function imageOf(by: 'director' | 'image', fault?: ImageFault): Json {
  const hashes = {
    sha256: createHash('sha256')
      .update(fault === 'bad hash' ? 'other' : content)
      .digest('hex'),
  };
  const hardwareId = fault === 'bad hardware id' ? 'hw-1_BAD' : 'hw-1';
  const ecu = fault === 'bad ECU id' ? 'ecu-1_BAD' : 'ecu-1';
  const custom =
    by === 'image'
      ? { hardwareId, uri: '', diff: null }
      : { ecuIdentifier: ecu, hardwareId, uri: '', diff: null, ecuIdentifiers: { [ecu]: { hardwareId } } };
  const length = content.length - (fault === 'oversized' ? 1 : 0);
  return { 'file.txt': { length, hashes, custom } };
}
