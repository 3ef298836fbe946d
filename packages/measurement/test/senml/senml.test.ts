import { encodeCbor, encodeUtf8, fromHex, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeSenmlCbor,
  decodeSenmlJson,
  encodeSenmlCbor,
  encodeSenmlJson,
  resolveSenml,
  type SenmlRecord,
} from '../../src/index.ts';

const now = 1_320_067_464;
const json = (value: unknown) => decodeSenmlJson(encodeUtf8(JSON.stringify(value)));

describe('a pack', () => {
  it('of one reading is itself (RFC 8428 §5.1.1)', () => {
    const pack = json([{ n: 'urn:dev:ow:10e2073a01080063', u: 'Cel', v: 23.1 }]);
    expect(resolveSenml(pack, now)).toEqual([
      { name: 'urn:dev:ow:10e2073a01080063', unit: 'Cel', value: 23.1, time: now },
    ]);
  });

  it('gives its base values to the records behind (RFC 8428 §5.1.2, with its values)', () => {
    const pack = json([
      {
        bn: 'urn:dev:ow:10e2073a0108006:',
        bt: 1.276020076001e9,
        bu: 'A',
        bver: 10,
        n: 'voltage',
        u: 'V',
        v: 120.1,
      },
      { n: 'current', t: -5, v: 1.2 },
      { n: 'current', t: -4, v: 1.3 },
      { n: 'current', v: 1.7 },
    ]);
    const readings = resolveSenml(pack, now);
    expect(readings.map(({ name, unit, value }) => [name.slice(27), unit, value])).toEqual([
      ['voltage', 'V', 120.1],
      ['current', 'A', 1.2],
      ['current', 'A', 1.3],
      ['current', 'A', 1.7],
    ]);
    expect(readings[1]?.time).toBeCloseTo(1_276_020_071.001, 3);
  });

  it('adds base value and base sum, and counts small times from now', () => {
    const pack = json([{ bn: 'm', bv: 10, bs: 100, t: -2, v: 1, s: 5 }, { t: -1 }]);
    expect(resolveSenml(pack, now)).toEqual([
      { name: 'm', value: 11, sum: 105, time: now - 2 },
      { name: 'm', value: 10, sum: 100, time: now - 1 },
    ]);
  });

  it('may hold words, truths and octets, and records that say only what is common', () => {
    const pack = json([
      { bn: 'room/' },
      { n: 'door', vb: true },
      { n: 'label', vs: 'A' },
      { n: 'nfc', vd: 'aGkgCg' },
    ]);
    expect(resolveSenml(pack, now).map(({ value }) => value)).toEqual([true, 'A', fromHex('6869200a')]);
  });

  it('in CBOR has the octets of the standard’s example for its first record (RFC 8428 §6)', () => {
    const octets = encodeSenmlCbor([{ bn: 'urn:dev:ow:10e2073a01080063', n: 'x', v: 23.5 }]);
    // Labels −2, 0 and 2 in deterministic order: 0, 2, −2.
    expect(toHex(octets)).toBe(
      `81a3${'00'}6178${'02'}f94de0${'21'}781b${toHex(encodeUtf8('urn:dev:ow:10e2073a01080063'))}`,
    );
  });

  const record = fc.record(
    {
      bn: fc.constantFrom('a', 'b:'),
      bt: fc.integer({ min: 0, max: 2 ** 31 }),
      n: fc.constantFrom('temperature', 'x/y'),
      u: fc.constantFrom('Cel', 'A'),
      v: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
      vd: fc.uint8Array({ maxLength: 8 }),
      t: fc.integer(),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<SenmlRecord>;
  it('is the same after it was written', () =>
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), (records) => {
        expect(decodeSenmlCbor(encodeSenmlCbor(records))).toEqual(records);
        expect(decodeSenmlJson(encodeUtf8(encodeSenmlJson(records)))).toEqual(records);
      }),
    ));

  it.each<[string, unknown, string]>([
    ['no array', {}, 'measurement/senml-malformed'],
    ['a record that is no object', [1], 'measurement/senml-malformed'],
    ['a value of another type', [{ n: 'a', v: '1' }], 'measurement/senml-malformed'],
    ['two values', [{ n: 'a', v: 1, vb: true }], 'measurement/senml-malformed'],
    ['no value', [{ n: 'a' }], 'measurement/senml-malformed'],
    ['no name', [{ v: 1 }], 'measurement/senml-malformed'],
    ['a name that is none', [{ n: '/a', v: 1 }], 'measurement/senml-malformed'],
    ['another version', [{ bver: 11, n: 'a', v: 1 }], 'measurement/senml-version'],
    ['a field that has to be understood', [{ n: 'a', v: 1, must_: 1 }], 'measurement/senml-unknown-field'],
  ])('is refused with %s', (_, value, code) => {
    expect(() => resolveSenml(json(value), now)).toThrow(expect.objectContaining({ code }));
  });

  it('passes over a field that nobody knows', () => {
    expect(resolveSenml(json([{ n: 'a', v: 1, colour: 'red' }]), now)).toHaveLength(1);
  });

  it('has no second way to say the same in CBOR', () => {
    const twice = encodeCbor([
      new Map<string | number, string | number>([
        [0, 'a'],
        ['n', 'b'],
        [2, 1],
      ]),
    ]);
    expect(() => decodeSenmlCbor(twice)).toThrow(
      expect.objectContaining({ code: 'measurement/senml-malformed' }),
    );
  });

  it('of any octets is read or refused with a code', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        for (const decode of [decodeSenmlCbor, decodeSenmlJson])
          try {
            resolveSenml(decode(octets), now);
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^measurement\//) });
          }
      }),
      { numRuns: 500 },
    ));
});
