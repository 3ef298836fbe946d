import { KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delegatesFor, type MetadataType, parseMetadata } from '../../../src/index.ts';
import { encoded, hashesOf, holder, type Json, Simulator } from '../../support/simulator.ts';

const limit = 1 << 20;

function refused(type: MetadataType, file: unknown): string {
  try {
    parseMetadata(type, file instanceof Uint8Array ? file : encoded(file), limit);
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'taken';
}

/** A file of a type with one change to what is signed. */
function changed(type: MetadataType, change: (signed: Json) => void): unknown {
  const file = new Simulator().sign(type);
  change(file.signed);
  return file;
}

describe('metadata', () => {
  it.each<[string, MetadataType, (signed: Json) => void, string]>([
    ['without a version', 'root', (signed) => delete signed.version, 'update/metadata-malformed'],
    ['of version 0', 'root', (signed) => Object.assign(signed, { version: 0 }), 'update/metadata-malformed'],
    [
      'of version "1"',
      'root',
      (signed) => Object.assign(signed, { version: '1' }),
      'update/metadata-malformed',
    ],
    ['without an expiry', 'root', (signed) => delete signed.expires, 'update/metadata-malformed'],
    [
      'of another type',
      'targets',
      (signed) => Object.assign(signed, { _type: 'Targets' }),
      'update/metadata-type',
    ],
    ['of TUF 2', 'root', (signed) => Object.assign(signed, { spec_version: '2.0.0' }), 'update/spec-version'],
    ['of TUF 10', 'root', (signed) => Object.assign(signed, { spec_version: '10.0' }), 'update/spec-version'],
    ['of no role targets', 'root', (signed) => delete signed.roles.targets, 'update/metadata-malformed'],
    [
      'with keys in a list',
      'root',
      (signed) => Object.assign(signed, { keys: [] }),
      'update/metadata-malformed',
    ],
    [
      'with an odd flag',
      'root',
      (signed) => Object.assign(signed, { consistent_snapshot: 'yes' }),
      'update/metadata-malformed',
    ],
    [
      'that describes more than the snapshot',
      'timestamp',
      (signed) => Object.assign(signed.meta, { 'targets.json': { version: 1 } }),
      'update/metadata-malformed',
    ],
    [
      'that describes no targets',
      'snapshot',
      (signed) => Object.assign(signed, { meta: {} }),
      'update/metadata-malformed',
    ],
    [
      'with a negative length',
      'targets',
      (signed) => Object.assign(signed.targets, { a: { length: -1, hashes: hashesOf(Buffer.of()) } }),
      'update/metadata-malformed',
    ],
    [
      'with no hash that is known',
      'targets',
      (signed) => Object.assign(signed.targets, { a: { length: 1, hashes: { md5: '00' } } }),
      'update/hash-unsupported',
    ],
    [
      'with a hash in capitals',
      'targets',
      (signed) => Object.assign(signed.targets, { a: { length: 1, hashes: { sha256: 'A'.repeat(64) } } }),
      'update/metadata-malformed',
    ],
    [
      'with a fraction somewhere',
      'targets',
      (signed) => Object.assign(signed, { note: 0.5 }),
      'update/canonical-number',
    ],
    [
      'with neither roles nor bins',
      'targets',
      (signed) => Object.assign(signed, { delegations: { keys: {} } }),
      'update/metadata-malformed',
    ],
    [
      'with paths and prefixes for one role',
      'targets',
      (signed) => {
        const role = { name: 'a', keyids: [], threshold: 1, paths: [], path_hash_prefixes: [] };
        signed.delegations = { keys: {}, roles: [role] };
      },
      'update/metadata-malformed',
    ],
    [
      'with 2^33 bins',
      'targets',
      (signed) => {
        const succinct_roles = { keyids: [], threshold: 1, bit_length: 33, name_prefix: 'bin' };
        signed.delegations = { keys: {}, succinct_roles };
      },
      'update/metadata-malformed',
    ],
  ])('%s is refused', (_, type, change, code) => {
    expect(refused(type, changed(type, change))).toBe(code);
  });

  it.each([
    '2030-02-30T00:00:00Z',
    '2030-01-01T00:00:00.000Z',
    '2030-01-01T00:00:00+00:00',
    '2030-01-01',
    'never',
    '+012030-01-01T00:00:00Z',
  ])('that expires at %s is refused', (expires) => {
    const file = changed('root', (signed) => Object.assign(signed, { expires }));
    expect(refused('root', file)).toBe('update/metadata-malformed');
  });

  it.each([
    ['{"signed":{},"signed":{}}', 'codec/json-duplicate-name'],
    ['{} {}', 'codec/json-trailing-text'],
    ['[]', 'update/metadata-malformed'],
    ['', 'codec/json-truncated'],
    [`${'['.repeat(100)}`, 'codec/json-too-deep'],
    [' '.repeat(limit + 1), 'codec/json-too-large'],
  ])('that begins %.20s is refused', (text, code) => {
    expect(refused('root', Buffer.from(text))).toBe(code);
  });

  it('in any state of damage is taken or refused with a code', () => {
    const file = Buffer.from(encoded(new Simulator().sign('root')));
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), fc.boolean(), (at, octet, cut) => {
        const damaged = cut ? file.subarray(0, at) : Buffer.from(file);
        if (!cut) damaged[at] = octet;
        expect(refused('root', damaged)).toMatch(/^(taken|(update|codec)\/[a-z0-9-]+)$/);
      }),
    );
  });

  it('of any shape is taken or refused with a code', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('root', 'targets', 'snapshot', 'timestamp'),
        (value, type) => {
          const signed = { ...new Simulator().said[type], ...(typeof value === 'object' ? value : {}) };
          expect(refused(type as MetadataType, { signatures: [], signed })).toMatch(
            /^(taken|(update|codec)\/)/,
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('delegations by the hash of the path', () => {
  const one = holder();
  const delegations = (more: Json) => {
    const { signed } = new Simulator().sign('targets');
    const file = {
      signatures: [],
      signed: { ...signed, delegations: { keys: { [one.keyId]: one.key }, ...more } },
    };
    return parseMetadata('targets', encoded(file), limit).metadata.delegations!;
  };

  it('speak for the paths whose SHA-256 begins so', () => {
    const role = (name: string, path_hash_prefixes: string[]) => ({
      ...{ name, keyids: [one.keyId], threshold: 1, terminating: false, path_hash_prefixes },
    });
    // SHA-256 of "abc" begins with ba7816bf (FIPS 180-4, the example of one block).
    const roles = [role('a', ['00', 'ba78']), role('b', ['bb']), role('c', ['b'])];
    const found = delegatesFor(delegations({ roles }), 'abc');
    expect(found.map(({ name }) => name)).toEqual(['a', 'c']);
  });

  it.each([
    [1, 'bin-1'],
    [4, 'bin-b'],
    [5, 'bin-17'],
    [9, 'bin-174'],
    [32, 'bin-ba7816bf'],
  ])('in 2^%d bins speak by the one that the first bits number', (bit_length, name) => {
    const succinct_roles = { keyids: [one.keyId], threshold: 1, bit_length, name_prefix: 'bin' };
    expect(delegatesFor(delegations({ succinct_roles }), 'abc')).toMatchObject([{ name, terminating: true }]);
  });
});
