import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  checkDeclaration,
  declaredUnits,
  encodeSenmlCbor,
  encodeSenmlJson,
  type SenmlRecord,
  type StreamDeclaration,
} from '../../src/index.ts';
import { payloadReader } from '../../src/streams/payload-reader.ts';

const start = Date.UTC(2030, 0, 1);
const senml: StreamDeclaration = {
  ...{ id: 'tank', filter: 'd/+/tank', form: 'senml', fields: ['level', 'flow'] },
  ...{ alarmsPerDay: 100, silenceSeconds: 60 },
};

describe('a declaration of streams', () => {
  it.each<[Partial<StreamDeclaration>, readonly string[]]>([
    [{}, ['', '']],
    [{ units: { flow: 'l/s' } }, ['', 'l/s']],
    [
      { form: 'json', fields: ['/level_m', '/flow (l/s)', '/a/b'], units: { 'a/b': '°C' } },
      ['m', 'l/s', '°C'],
    ],
    [{ form: 'json', fields: ['/level_m'], units: { level_m: 'cm' } }, ['cm']],
    // In SenML messages say it, and names only look as if they did.
    [{ fields: ['main_m'] }, ['']],
    [{ form: 'csv', fields: ['2'], units: { 2: 'bar' } }, ['bar']],
  ])('%j has the units %j', (more, units) => {
    const declaration = { ...senml, ...more };
    expect(() => checkDeclaration(declaration)).not.toThrow();
    expect(declaredUnits(declaration)).toEqual(units);
  });

  it.each([
    { levl: 'm' },
    { level: '' },
    { level: ' m' },
    { level: 'a unit of seventeen' },
    { level: 'm\u202e' },
    { level: 'm\n' },
  ])('is refused with the units %j', (units) => {
    expect(() => checkDeclaration({ ...senml, units })).toThrow(
      expect.objectContaining({ code: 'measurement/stream-declaration' }),
    );
  });
});

describe('a message in SenML', () => {
  const read = (records: readonly SenmlRecord[], encode: (of: readonly SenmlRecord[]) => Uint8Array) =>
    payloadReader(senml)({ payload: encode(records), at: start, channel: undefined });
  const json = (records: readonly SenmlRecord[]) => encodeUtf8(encodeSenmlJson(records));

  it.each([
    ['JSON', json],
    ['CBOR', encodeSenmlCbor],
  ] as const)(
    'says what its channels are measured in, by the base unit or by their own, in %s',
    (_, encode) => {
      const records = [
        { bn: '', bu: 'm', n: 'level', v: 1 },
        { n: 'flow', u: 'm3/s', v: 2 },
        { n: 'other', u: 'K', v: 2 },
      ];
      expect(read(records, encode)).toMatchObject({
        units: ['m', 'm3/s'],
        rows: [{ values: Float64Array.of(1, 2) }],
      });
      expect(read([{ n: 'flow', u: 'm3/s', v: 2 }], encode).units).toEqual(['', 'm3/s']);
    },
  );

  it.each([
    [
      [
        { n: 'level', u: 'm', v: 1, t: -1 },
        { n: 'level', u: 'cm', v: 100 },
      ],
      'is in m, and in cm as well',
    ],
    [[{ n: 'level', u: 'x'.repeat(17), v: 1 }], 'the unit of “level” is none'],
    [[{ n: 'level', u: '', v: 1 }], 'the unit of “level” is none'],
  ])('has one unit a channel, and one that can be read: %j', (records, why) => {
    expect(() => read(records, json)).toThrow(
      expect.objectContaining({
        code: 'measurement/readings-unreadable',
        message: expect.stringContaining(why),
      }),
    );
  });
});
