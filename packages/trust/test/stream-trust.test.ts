import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareTrust,
  declarationOfStream,
  deviceOfStream,
  emptyVector,
  type Finding,
  joinValues,
  type StreamTrust,
  sourcedDataOf,
  streamPlaceOf,
  streamSubject,
} from '../src/index.ts';
import { anyValue } from './arbitraries.ts';

const finding = (subject: Finding['subject'], value: number, code = 'x/y'): Finding => ({
  ...{ subject, claim: 'sourced-data', value, code, aspect: 'readings', appraiser: 'x', at: 1 },
  ...{ premises: [], parameters: {} },
});
const pump = { kind: 'device', id: 'pump-1' } as const;

describe('the stream of a message', () => {
  const tank = { id: 'tank', filter: 'd/+/tank', namesChannel: false };
  const shaft = { id: 'shaft', filter: 'd/+/shaft/+', namesChannel: false };
  const hall = { id: 'hall', filter: 'd/+/hall/+/+', namesChannel: true };
  const all = { id: 'all', filter: 'd/#', namesChannel: false };
  it.each([
    [tank, 'd/pump-1/tank', { stream: 'pump-1/tank', channel: undefined }],
    [tank, 'd/pump-1/tanks', undefined],
    [tank, 'd/pump-1/tank/x', undefined],
    // What a device says in the name of another is no stream of that one.
    [tank, 'd/pump-2/tank', { stream: 'pump-1/tank/pump-2', channel: undefined }],
    [shaft, 'd/pump-1/shaft/a', { stream: 'pump-1/shaft/a', channel: undefined }],
    [hall, 'd/pump-1/hall/north/t', { stream: 'pump-1/hall/north', channel: 't' }],
    [all, 'd/pump-1/x/y', { stream: 'pump-1/all/pump-1/x/y', channel: undefined }],
    [all, 'd', { stream: 'pump-1/all', channel: undefined }],
    [{ ...all, filter: '#' }, '$SYS/x', undefined],
    [shaft, 'd/pump-1/shaft/ä', { stream: undefined, channel: undefined }],
    [shaft, `d/pump-1/shaft/${'x'.repeat(128)}`, { stream: undefined, channel: undefined }],
  ])('%o, %s', (pattern, topic, place) => {
    expect(streamPlaceOf(pattern, 'pump-1', topic)).toEqual(place);
  });

  it('names its device and its declaration', () => {
    expect([deviceOfStream('pump-1/shaft/a'), declarationOfStream('pump-1/shaft/a')]).toEqual([
      'pump-1',
      'shaft',
    ]);
    expect([deviceOfStream('pump-1'), declarationOfStream('pump-1')]).toEqual(['pump-1', '']);
  });
});

describe('sourced-data, told apart', () => {
  it('has what is worst of each declared stream, and the rest', () => {
    const findings = [
      finding(streamSubject('pump-1/tank'), -2, 'measurement/readings-normal'),
      finding(streamSubject('pump-1/tank'), -110, 'measurement/pack-replayed'),
      finding(streamSubject('pump-1/shaft/a'), -2, 'measurement/readings-normal'),
      finding(streamSubject('pump-1/gone'), -50, 'measurement/readings-abnormal'),
      finding(pump, 2),
      { ...finding(pump, 96), claim: 'hardware' } as Finding,
    ];
    expect(sourcedDataOf(findings, (id) => id !== 'gone')).toEqual({
      streams: [
        { stream: 'pump-1/tank', value: -110, finding: 'measurement/pack-replayed' },
        { stream: 'pump-1/shaft/a', value: -2, finding: 'measurement/readings-normal' },
      ],
      apart: -50,
    });
  });

  it('loses nothing: together it is the claim of the whole, in whatever order', () => {
    const subject = fc.constantFrom(pump, streamSubject('p/a'), streamSubject('p/a/x'), streamSubject('p/b'));
    const declared = fc.subarray(['a', 'b']);
    fc.assert(
      fc.property(fc.array(fc.tuple(subject, anyValue)), declared, (said, ids) => {
        const findings = said.map(([about, value]) => finding(about, value));
        const { streams, apart } = sourcedDataOf(findings, (id) => ids.includes(id));
        const whole = findings.reduce((worst, { value }) => joinValues(worst, value), 0);
        expect(streams.reduce((worst, { value }) => joinValues(worst, value), apart)).toBe(whole);
        const other = sourcedDataOf(findings.toReversed(), (id) => ids.includes(id));
        const values = (list: readonly StreamTrust[]) =>
          new Map(list.map(({ stream, value }) => [stream, value]));
        expect(values(other.streams)).toEqual(values(streams));
      }),
    );
  });
});

describe('a change of one stream', () => {
  const state = (streams: readonly (readonly [string, number])[]) => ({
    standing: 'admitted' as const,
    verdict: {
      vector: { ...emptyVector, 'sourced-data': -110 },
      status: 'contraindicated' as const,
      overdue: false,
    },
    streams: streams.map(([stream, value]) => ({ stream, value, finding: 'x/y' })),
  });
  it.each([
    [
      'another one falls',
      [['p/a', -110]],
      [
        ['p/a', -110],
        ['p/b', -50],
      ],
      'fall',
    ],
    [
      'one rises',
      [
        ['p/a', -110],
        ['p/b', -50],
      ],
      [['p/a', -110]],
      'rise',
    ],
    ['one falls while another rises', [['p/a', -110]], [['p/b', -50]], 'fall'],
    ['an affirmation goes', [['p/a', -2]], [], 'fall'],
    ['nothing', [['p/a', -2]], [['p/a', -2]], 'same'],
  ] as const)('%s', (_, before, after, direction) => {
    expect(compareTrust(state(before), state(after))).toBe(direction);
  });
});
