import { type CborValue, encodeCbor, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvent, encodeEvent, maximumEventBytes, type RecordedEvent } from '../src/index.ts';

const event: RecordedEvent = {
  type: 'device/quarantined',
  at: 1_900_000_000_000,
  actor: 'operator:ann',
  subject: { kind: 'device', id: 'pump-1' },
  reason: 'ポンプの点検',
  data: { sessions: 2, cut: true, previous: null, load: 0.5, note: '' },
};
const code = (code: string) => expect.objectContaining({ code });

const anyEvent: fc.Arbitrary<RecordedEvent> = fc.record(
  {
    type: fc.constantFrom('device/enrolled', 'log/opened', 'a/b'),
    at: fc.maxSafeNat(),
    actor: fc.constantFrom('site', 'device:pump-1', 'operator:安'),
    subject: fc.constant({ kind: 'lot' as const, id: '2031:07' }),
    reason: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    data: fc.dictionary(
      fc.stringMatching(/^[A-Za-z][A-Za-z0-9._-]{0,20}$/),
      fc.oneof(
        fc.string({ unit: 'grapheme', maxLength: 40 }),
        fc.maxSafeInteger(),
        fc.double({ noNaN: true, noDefaultInfinity: true, maxExcluded: true, min: -1e6, max: 1e6 }),
        fc.boolean(),
        fc.constant(null),
      ),
      { maxKeys: 10, noNullPrototype: true },
    ),
  },
  { requiredKeys: ['type', 'at', 'actor', 'data'] },
);

test('an event comes back as it went in', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      expect(decodeEvent(encodeEvent(event))).toEqual(event);
    }),
  );
});

test('equal events give equal octets, whatever the order of their members', () => {
  const shuffled = Object.fromEntries(Object.entries(event).toReversed()) as unknown as RecordedEvent;
  const data = Object.fromEntries(Object.entries(event.data).toReversed());
  expect(encodeEvent({ ...shuffled, data })).toEqual(encodeEvent(event));
});

test('the octets are core deterministic CBOR', () => {
  // RFC 8949 §4.2.1, by hand: keys in the order of their encodings, shorter ones first.
  const at = '626174' + '00';
  const data = '6464617461' + 'a16161' + 'f5';
  const type = '6474797065' + '63612f62';
  const actor = '656163746f72' + '6473697465';
  expect(toHex(encodeEvent({ type: 'a/b', at: 0, actor: 'site', data: { a: true } }))).toBe(
    `a4${at}${data}${type}${actor}`,
  );
});

test('what is not an encoding of an event is refused, and what is, is the only one', () => {
  const bytes = encodeEvent(event);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, octet) => {
      const changed = bytes.map((byte, at) => (at === index ? octet : byte));
      let decoded: RecordedEvent;
      try {
        decoded = decodeEvent(changed);
      } catch (error) {
        expect(error).toMatchObject({ name: 'KitenError', code: expect.stringMatching(/^trust\//) });
        return;
      }
      expect(encodeEvent(decoded)).toEqual(changed);
    }),
    { numRuns: 1000 },
  );
});

describe('refused when written', () => {
  test.each<[string, object]>([
    ['trust/event-type', { type: 'quarantined' }],
    ['trust/event-at', { at: 1.5 }],
    ['trust/event-at', { at: -1 }],
    ['trust/event-actor', { actor: '' }],
    ['trust/event-actor', { actor: 'operator:' }],
    ['trust/event-actor', { actor: 'operator:a\nb' }],
    ['trust/event-subject', { subject: { kind: 'device', id: '' } }],
    ['trust/event-reason', { reason: '' }],
    ['trust/event-reason', { reason: '\udc00' }],
    ['trust/event-data', { data: { 'a b': 1 } }],
    ['trust/event-data', { data: { a: 2 ** 53 } }],
    ['trust/event-data', { data: { a: Number.NaN } }],
    ['trust/event-data', { data: { a: Number.POSITIVE_INFINITY } }],
    ['trust/event-data', { data: { a: [] } }],
    ['trust/event-data', { data: { a: 1n } }],
    ['trust/event-data', { data: { a: '\ud800' } }],
    [
      'trust/event-data',
      { data: Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`a${index}`, 0])) },
    ],
    ['trust/event-too-large', { data: { a: 'x'.repeat(maximumEventBytes) } }],
  ])('%s: %#', (expected, change) => {
    expect(() => encodeEvent({ ...event, ...change } as RecordedEvent)).toThrow(code(expected));
  });

  test('one octet beyond 4 KiB, and not one at it', () => {
    const empty = encodeEvent({ ...event, data: { a: 'x'.repeat(300) } }).length - 300;
    const fill = (size: number) => encodeEvent({ ...event, data: { a: 'x'.repeat(size - empty) } });
    expect(decodeEvent(fill(maximumEventBytes)).type).toBe(event.type);
    expect(() => fill(maximumEventBytes + 1)).toThrow(code('trust/event-too-large'));
  });
});

describe('refused when read', () => {
  const members: [CborValue, CborValue][] = [
    ['type', 'a/b'],
    ['at', 0],
    ['actor', 'site'],
    ['data', new Map()],
  ];
  const encode = (...change: [CborValue, CborValue][]) => encodeCbor(new Map([...members, ...change]));

  test.each<[string, Uint8Array]>([
    ['trust/event-malformed', new Uint8Array(0)],
    ['trust/event-malformed', encodeCbor([])],
    ['trust/event-malformed', encodeCbor(new Map(members)).subarray(0, -1)],
    ['trust/event-malformed', new Uint8Array([...encode(), 0])],
    ['trust/event-too-large', new Uint8Array(maximumEventBytes + 1)],
    ['trust/event-unknown-member', encode(['extra', 1])],
    ['trust/event-unknown-member', encode([1, 1])],
    ['trust/event-type', encodeCbor(new Map(members.slice(1)))],
    ['trust/event-at', encode(['at', 2n ** 60n])],
    ['trust/event-actor', encode(['actor', 7])],
    ['trust/event-subject', encode(['subject', 7])],
    ['trust/subject-key', encode(['subject', 'planet:mars'])],
    ['trust/event-reason', encode(['reason', null])],
    ['trust/event-data', encode(['data', []])],
    ['trust/event-data', encode(['data', new Map([[1, 1]])])],
    ['trust/event-data', encode(['data', new Map([['a', new Uint8Array(1)]])])],
    ['trust/event-data', encode(['data', new Map([['a', undefined]])])],
  ])('%s: %#', (expected, bytes) => {
    expect(() => decodeEvent(bytes)).toThrow(code(expected));
  });
});
