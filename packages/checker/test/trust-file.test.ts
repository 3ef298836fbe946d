import { KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkVerdict, parseTrust } from '../src/index.ts';
import { makeKey, nodeCryptography } from './support/keys.ts';
import { verifierKey } from './support/note.ts';
import { makePeople, trustFile } from './support/people.ts';
import { compose, encodeBundle, now } from './support/world.ts';

const people = makePeople();
const file = trustFile(people);
const [log] = file.logs as [{ origin: string; keys: string[] }];
const [operator, maker] = file.roots as Record<string, string>[];
const [rules] = file.rules as { digest: string }[];
const [first, second] = file.witnesses as [string, string];

const code = (text: string): string => {
  try {
    parseTrust(text);
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
};
const codeOf = (changes: Record<string, unknown>) => code(JSON.stringify({ ...file, ...changes }));

describe('a trust file', () => {
  test('names logs, roots, rules, witnesses', () => {
    const trust = parseTrust(JSON.stringify(file));
    expect(trust.logs).toMatchObject([{ origin: 'plant-7.example/log', keys: [{ type: 0x01 }] }]);
    expect(trust.roots.map(({ role }) => role)).toEqual([
      'operator',
      'manufacturer',
      'chip-maker',
      'laboratory',
    ]);
    expect(trust.roots[0]!.key).toEqual(people.operator.publicKey);
    expect(trust.witnesses.map(({ type }) => type)).toEqual([0x04, 0x06]);
    expect(trust).toMatchObject({ threshold: 2, maximumAge: 86_400_000 });
  });

  test('may leave out witnesses and the threshold', () => {
    const { witnesses: _, threshold: __, ...least } = file;
    expect(parseTrust(JSON.stringify(least))).toMatchObject({ witnesses: [], threshold: 0 });
  });

  test('may give digests in capitals, and the text of rules', () => {
    const { digest } = rules!;
    const trust = parseTrust(
      JSON.stringify({ ...file, rules: [{ digest: digest.toUpperCase(), text: 'gA==' }] }),
    );
    expect(trust.rules).toEqual([
      { digest: new Uint8Array(Buffer.from(digest, 'hex')), text: Uint8Array.of(0x80) },
    ]);
  });

  test('may name several keys of a log, and a witness that is two keys, which counts once', () => {
    const another = { ...people.log, key: makeKey('EdDSA') };
    const twice = { ...people.witnesses[1]!, name: people.witnesses[0]!.name };
    expect(codeOf({ logs: [{ ...log, keys: [...log.keys, verifierKey(another)] }] })).toBe('accepted');
    const witnesses = [first, verifierKey(twice)];
    expect(codeOf({ witnesses, threshold: 1 })).toBe('accepted');
    expect(codeOf({ witnesses, threshold: 2 })).toBe('checker/trust-threshold');
  });
});

describe('is refused', () => {
  test.each<[string, string]>([
    ['that is no JSON', '{'],
    ['with a name twice', `{"format":"kiten-trust",${JSON.stringify(file).slice(1)}`],
    ['with more than 1 MiB', JSON.stringify({ ...file, format: 'x'.repeat(1 << 20) })],
  ])('a file %s', (_, text) => {
    expect(code(text)).toBe('checker/trust-json');
  });

  const root = (changes: Record<string, unknown>) => ({ roots: [{ ...operator, ...changes }] });
  test.each<[string, Record<string, unknown>]>([
    ['another format', { format: 'kiten' }],
    ['another version', { version: 2 }],
    ['an unknown member', { witness: [] }],
    ['an unknown member called __proto__', JSON.parse('{"__proto__":1}')],
    ['no logs', { logs: [] }],
    ['65 logs', { logs: Array.from({ length: 65 }, () => log) }],
    ['logs in an object', { logs: {} }],
    ['a log without keys', { logs: [{ ...log, keys: [] }] }],
    ['a log with a member too much', { logs: [{ ...log, url: '' }] }],
    ['a log whose key has another name', { logs: [{ ...log, origin: 'plant-8.example/log' }] }],
    ['a log whose key is a witness', { logs: [{ origin: 'witness-1.example', keys: [first] }] }],
    ['no roots', { roots: [] }],
    ['a root without a name', root({ name: 7 })],
    ['a role that there is not', root({ role: 'owner' })],
    ['a role that objects inherit', root({ role: 'constructor' })],
    ['a key that is not base64', root({ key: '?' })],
    ['a key that is not canonical base64', root({ key: `${operator!.key!.slice(0, -2)}B=` })],
    ['a key that is no public key', root({ key: 'AAAA' })],
    ['a key with a byte behind it', root({ key: padded(operator!.key!) })],
    ['a root in a log that is not there', root({ log: 'other.example/log' })],
    ['a root without a log', root({ log: undefined })],
    ['no rules', { rules: [] }],
    ['a digest of 63 digits', { rules: [{ digest: rules!.digest.slice(1) }] }],
    ['a text that is not base64', { rules: [{ ...rules, text: '?' }] }],
    ['a text that is null', { rules: [{ ...rules, text: null }] }],
    ['a witness that is a log', { witnesses: log.keys }],
    ['a witness that is no verifier key', { witnesses: ['witness-1.example'] }],
    ['a witness with a key of another length', { witnesses: [shorter(first)] }],
    ['a witness of a type that there is not', { witnesses: [ofType(first, 0x05)] }],
    ['a witness whose id has capitals', { witnesses: [first.replace(/\+[0-9a-f]{8}\+/, '+ABCDEF00+')] }],
    ['a witness with a space in its name', { witnesses: [`a ${first}`] }],
    ['a key that says how it is to be taken for a text', root({ key: { toString: 1 } })],
    ['a witness that says how it is to be taken for a text', { witnesses: [{ toString: 1 }] }],
    ['a threshold that is no integer', { threshold: 0.5 }],
    ['a negative threshold', { threshold: -1 }],
    ['a maximum age of nothing', { maximumAge: 0 }],
    ['a maximum age in a text', { maximumAge: '1' }],
  ])('%s', (_, changes) => {
    expect(codeOf(changes)).toBe('checker/trust-malformed');
  });

  test('the member that is wrong is named', () => {
    expect(() => parseTrust(JSON.stringify({ ...file, maximumAge: 0 }))).toThrow(/maximumAge/);
    expect(() => parseTrust('null')).toThrow(/format/);
  });

  test('a threshold that there are not witnesses enough for', () => {
    expect(codeOf({ threshold: 3 })).toBe('checker/trust-threshold');
  });

  test('one key as two witnesses, which would count twice', () => {
    const renamed = verifierKey({ ...people.witnesses[0]!, name: 'another.example' });
    expect(codeOf({ witnesses: [first, renamed] })).toBe('checker/trust-repeats');
    expect(codeOf({ witnesses: [first, first] })).toBe('checker/trust-repeats');
  });

  test('two keys that claim one name and id', () => {
    const another = verifierKey({ ...people.witnesses[0]!, key: makeKey('EdDSA') });
    const claimed = another.replace(/\+[0-9a-f]{8}\+/, /\+[0-9a-f]{8}\+/.exec(first)![0]);
    expect(codeOf({ witnesses: [first, claimed, second] })).toBe('checker/trust-repeats');
  });

  test('whatever JSON it is, by a KitenError', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(code(text)).toMatch(/^checker\/trust-/);
      }),
    );
    const members = fc.constantFrom(...Object.keys(file));
    fc.assert(
      fc.property(members, fc.jsonValue(), (name, value) => {
        expect(codeOf({ [name]: value })).toMatch(/^(?:checker\/trust-.*|accepted)$/);
      }),
    );
  });

  test('a file of roots alone is not: operator and maker may be the same', () => {
    expect(codeOf({ roots: [operator, { ...maker, key: operator!.key }] })).toBe('accepted');
  });

  function padded(key: string): string {
    return Buffer.concat([Buffer.from(key, 'base64'), Buffer.of(0)]).toString('base64');
  }
  function material(key: string): [string, Buffer] {
    const start = key.lastIndexOf('+', key.indexOf('+') + 9) + 1;
    return [key.slice(0, start), Buffer.from(key.slice(start), 'base64')];
  }
  function shorter(key: string): string {
    const [start, bytes] = material(key);
    return start + bytes.subarray(0, -1).toString('base64');
  }
  function ofType(key: string, type: number): string {
    const [start, bytes] = material(key);
    return start + Buffer.of(type, ...bytes.subarray(1)).toString('base64');
  }
});

describe('the id of a verifier key', () => {
  const bundle = encodeBundle(compose(people).parts);
  const check = (changes: Record<string, unknown>) =>
    checkVerdict(bundle, parseTrust(JSON.stringify({ ...file, ...changes })), {
      now,
      cryptography: nodeCryptography,
    });

  test('is its own, or nothing is checked', async () => {
    const wrong = first.replace(/\+[0-9a-f]{8}\+/, '+00000000+');
    await expect(check({ witnesses: [wrong, second] })).rejects.toMatchObject({
      code: 'checker/trust-key-id',
    });
  });

  // golang.org/x/mod/sumdb/note and C2SP signed-note give these as examples.
  test.each([
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
  ])('is that of %s', async (key) => {
    const logs = [log, { origin: key.slice(0, key.indexOf('+')), keys: [key] }];
    expect(await check({ logs })).toMatchObject({ holds: true });
    const wrong = [log, { ...logs[1], keys: [key.replace(/\+[0-9a-f]/, '+0')] }];
    await expect(check({ logs: wrong })).rejects.toMatchObject({ code: 'checker/trust-key-id' });
  });
});
