import { CborTag, type CborValue, decodeCbor, encodeCbor, fromHex } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import {
  buildEnvelope,
  decodeManifest,
  defaultSuitLimits,
  encodeEnvelope,
  encodeManifest,
  openEnvelope,
} from '../../src/index.ts';
import { component, manifestOf } from './fixtures.ts';
import { codeOf } from './keys.ts';

type Entries = [CborValue, CborValue][];

const shared = encodeCbor([14, 15]);
const common = (...entries: Entries) =>
  encodeCbor(new Map<CborValue, CborValue>([[2, [component('/app') as CborValue]], ...entries]));
const manifest = (...entries: Entries) =>
  encodeCbor(new Map<CborValue, CborValue>([[1, 1], [2, 7], [3, common()], ...entries]));
const sequence = (...items: CborValue[]) => manifest([20, encodeCbor(items)]);
const parameters = (...entries: Entries) => sequence(20, new Map(entries));
const digest = encodeCbor([-16, new Uint8Array(32)]);

const text = encodeCbor(new Map([['en', new Map([[1, 'A new application.']])]]));
const built = buildEnvelope(
  manifestOf({
    text: { content: new Map([['en', { manifest: { updateDescription: 'Faster.' }, components: [] }]]) },
  }),
  { severable: ['text'] },
);
const envelope = encodeEnvelope(built);
const outer = (decodeCbor(envelope) as CborTag).value as Map<CborValue, CborValue>;
const changed = (...entries: Entries) => encodeCbor(new CborTag(107, new Map([...outer, ...entries])));

describe('an envelope is refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['cut short', envelope.slice(0, -1), 'truncated'],
    ['with octets behind it', Uint8Array.of(...envelope, 0), 'trailing-bytes'],
    ['with a member twice', fromHex('d86ba2034100034100'), 'duplicate-key'],
    ['with its members in another order', fromHex('d86ba2034100024100'), 'not-canonical'],
    ['with a length longer than it needs', fromHex('d86ba102580100'), 'not-canonical'],
    ['of indefinite length', fromHex('d86bbf024100ff'), 'not-canonical'],
    ['that is no map', encodeCbor([...outer.values()]), 'no-envelope'],
    ['with the tag of something else', encodeCbor(new CborTag(18, outer)), 'no-envelope'],
    ['without a manifest', encodeCbor(new CborTag(107, new Map([[2, outer.get(2)]]))), 'malformed'],
    ['with another manifest than its digest says', changed([3, manifest()]), 'digest-mismatch'],
    [
      'with a digest by a function that is unknown',
      changed([2, encodeCbor([encodeCbor([-14, new Uint8Array(20)])])]),
      'digest-unsupported',
    ],
    [
      'with a digest of a wrong length',
      changed([2, encodeCbor([encodeCbor([-16, new Uint8Array(31)])])]),
      'malformed',
    ],
    ['with no digest', changed([2, encodeCbor([])]), 'malformed'],
    ['with a member that nobody knows', changed([99, new Uint8Array(1)]), 'member-unknown'],
    ['with a payload that is no byte string', changed(['#app', 'text']), 'malformed'],
    [
      'with too many signatures',
      changed([2, encodeCbor([digest, ...Array.from({ length: 17 }, () => digest)])]),
      'too-many-authentications',
    ],
  ])('%s', (_, octets, code) => {
    expect(codeOf(() => openEnvelope(octets))).toBe(`update/suit-${code}`);
  });

  test('longer than the limit', () => {
    const limits = { ...defaultSuitLimits, envelopeBytes: 100 };
    expect(codeOf(() => openEnvelope(envelope, limits))).toBe('update/suit-too-large');
  });
});

describe('a member that can be severed', () => {
  const { octets, members } = encodeManifest(
    manifestOf({
      text: { content: new Map([['en', { manifest: { updateDescription: 'Faster.' }, components: [] }]]) },
    }),
    ['text'],
  );

  test('may be gone', () => {
    expect(decodeManifest(octets).text).toEqual({
      digest: built && decodeManifest(octets, members).text?.digest,
    });
  });

  test('is refused if it is another one', () => {
    expect(codeOf(() => decodeManifest(octets, new Map([['text', text]])))).toBe(
      'update/suit-severed-mismatch',
    );
  });

  test('is refused if the manifest has no digest of it', () => {
    expect(codeOf(() => decodeManifest(manifest(), members))).toBe('update/suit-member-extraneous');
  });

  test('is refused in the envelope besides the one in the manifest', () => {
    const own = manifest([23, text]);
    expect(codeOf(() => decodeManifest(own, new Map([['text', text]])))).toBe(
      'update/suit-member-extraneous',
    );
  });

  test('is none of those that have to stay', () => {
    expect(codeOf(() => decodeManifest(manifest([7, [-16, new Uint8Array(32)]])))).toBe(
      'update/suit-member-unseverable',
    );
  });
});

describe('a manifest is refused', () => {
  const nested = (depth: number): Uint8Array => (depth === 0 ? shared : encodeCbor([32, nested(depth - 1)]));
  const two = encodeCbor(
    new Map<CborValue, CborValue>([[2, [component('/a') as CborValue, component('/b') as CborValue]]]),
  );

  test.each<[string, Uint8Array, string]>([
    ['cut short', manifest().slice(0, -1), 'truncated'],
    ['with octets behind it', Uint8Array.of(...manifest(), 0), 'trailing-bytes'],
    ['with a member twice', fromHex('a201010101'), 'duplicate-key'],
    ['of another version', manifest([1, 2]), 'version-unsupported'],
    ['with a member that nobody knows', manifest([17, shared]), 'member-unknown'],
    ['with a negative sequence number', manifest([2, -1]), 'malformed'],
    ['with a sequence number beyond 2^53', manifest([2, 2n ** 60n]), 'malformed'],
    ['without components', manifest([3, encodeCbor(new Map())]), 'components'],
    [
      'with a component twice',
      manifest([3, common([2, [[Uint8Array.of(1)], [Uint8Array.of(1)]]])]),
      'components',
    ],
    ['with an unknown member in its common part', manifest([3, common([9, 1])]), 'member-unknown'],
    ['whose shared sequence fetches', manifest([3, common([4, encodeCbor([21, 0])])]), 'command-forbidden'],
    [
      'whose shared sequence has a custom command',
      manifest([3, common([4, encodeCbor([-300, null])])]),
      'command-forbidden',
    ],
    [
      'whose shared sequence fetches in a nested sequence',
      manifest([3, common([4, encodeCbor([32, encodeCbor([21, 0])])])]),
      'command-forbidden',
    ],
    ['with sequences in sequences without end', manifest([20, nested(8)]), 'nesting'],
    ['with an empty sequence', sequence(), 'malformed'],
    ['with half a command', sequence(21), 'malformed'],
    ['with an unknown command', sequence(99, 0), 'command-unknown'],
    ['with a reserved negative command', sequence(-5, 0), 'command-unknown'],
    ['with a reporting policy of five bits', sequence(21, 16), 'malformed'],
    ['with a component that is not listed', sequence(12, 1), 'index'],
    ['with no component in a list', sequence(12, []), 'index'],
    ['with a component twice in a list', sequence(12, [0, 0]), 'index'],
    ['with a component index false', sequence(12, false), 'malformed'],
    [
      'with several components and none chosen',
      manifest([3, two], [20, encodeCbor([21, 0])]),
      'no-component-index',
    ],
    ['with nothing to choose from', sequence(15, [shared]), 'malformed'],
    ['with a nil alternative that is not the last', sequence(15, [null, shared]), 'malformed'],
    ['with an unknown parameter', parameters([99, 1]), 'parameter-unknown'],
    ['with no parameter', parameters(), 'malformed'],
    ['with a parameter twice', manifest([20, fromHex('8214a205000500')]), 'duplicate-key'],
    ['with a vendor that is no UUID', parameters([1, new Uint8Array(15)]), 'malformed'],
    ['with a vendor of another tag', parameters([1, new CborTag(111, new Uint8Array(2))]), 'malformed'],
    [
      'with an image digest that is not canonical',
      parameters([3, fromHex(`822f590020${'00'.repeat(32)}`)]),
      'not-canonical',
    ],
    ['with an image size below zero', parameters([14, -1]), 'malformed'],
    ['with a battery below nothing', parameters([26, -1]), 'malformed'],
    [
      'with an unknown member of a file’s metadata',
      parameters([30, encodeCbor(new Map([[9, 1]]))]),
      'malformed',
    ],
    ['with an unknown comparison of versions', parameters([28, encodeCbor([6, [1]])]), 'malformed'],
    ['with an unknown event to wait for', parameters([29, encodeCbor(new Map([[9, 1]]))]), 'malformed'],
    ['with a text in no language', manifest([23, encodeCbor(new Map([['', new Map()]]))]), 'malformed'],
    [
      'with a text about a component that is not listed',
      manifest([23, encodeCbor(new Map([['en', new Map([[component('/other') as CborValue, new Map()]])]]))]),
      'text-component',
    ],
    [
      'with an unknown text',
      manifest([23, encodeCbor(new Map([['en', new Map([[9, 'a']])]]))]),
      'member-unknown',
    ],
    ['with a dependency that has no place', manifest([3, common([1, new Map([[5, new Map()]])])]), 'index'],
    [
      'with an unknown member of a dependency',
      manifest([3, common([1, new Map([[0, new Map([[9, 1]])]])])]),
      'member-unknown',
    ],
  ])('%s', (_, octets, code) => {
    expect(codeOf(() => decodeManifest(octets))).toBe(`update/suit-${code}`);
  });

  test('with more commands than the limit, nested ones counted', () => {
    const limits = { ...defaultSuitLimits, commands: 3 };
    const octets = sequence(14, 0, 32, encodeCbor([14, 0, 14, 0]));
    expect(codeOf(() => decodeManifest(octets, new Map(), limits))).toBe('update/suit-too-many-commands');
  });

  test('with more components than the limit', () => {
    const limits = { ...defaultSuitLimits, components: 1 };
    expect(codeOf(() => decodeManifest(manifest([3, two]), new Map(), limits))).toBe(
      'update/suit-components',
    );
  });
});
