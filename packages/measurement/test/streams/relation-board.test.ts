import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  chance,
  crossCheckText,
  encodeCrossProfile,
  inject,
  joinedStreams,
  learnJoint,
  parseCrossCheck,
  pumpingStation,
  RelationBoard,
  StreamBoard,
  type StreamConclusion,
  type StreamRelation,
  type StreamReport,
  type StreamTable,
} from '../../src/index.ts';
import { verify } from '../signers.ts';
import { threeDevices } from '../station.ts';

const start = Date.UTC(2030, 0, 1);
const learned = 3000;
const relation: StreamRelation = {
  ...{ id: 'water', streams: ['tank-1/tank', 'pump-1/pump', 'net-1/net'], every: 60, alarmsPerDay: 0.1 },
  checks: [parseCrossCheck('equal net-1/net#outflow net-1/net#network_flow')],
};
const station = pumpingStation(4200, chance(11));
const channels = new Map(threeDevices(station, 0, 1).map(({ stream, frame }) => [stream, frame.channels]));
const streams = joinedStreams(relation, (stream) => channels.get(stream) ?? []);

/** A board that is given the rows of streams, as those that judge them would. */
class Bench {
  readonly reports: StreamReport[] = [];
  readonly board = new StreamBoard({ tell: (report) => this.reports.push(report), verify });

  send(tables: readonly StreamTable[]): void {
    const rows = tables.flatMap(({ stream, frame }) =>
      Array.from({ length: frame.rows }, (_, row) => ({
        stream,
        at: start + 1000 * (frame.times[row] as number),
        values: frame.values.subarray(row * frame.channels.length, (row + 1) * frame.channels.length),
      })),
    );
    for (const { stream, at, values } of rows.toSorted((one, other) => one.at - other.at)) {
      this.board.look(at);
      this.board.relations.take(stream, at, values);
    }
  }

  get concluded(): readonly StreamConclusion[] {
    return this.reports.flatMap((report) => (report.kind === 'concluded' ? [report.conclusion] : []));
  }
}

function profile() {
  const bench = new Bench();
  const lesson = { until: start + 1e12, rows: learned - 10 };
  bench.board.relations.put({ id: 'water', every: 60, streams, lesson });
  bench.send(threeDevices(station, 0, learned));
  const taught = bench.reports.find((report) => report.kind === 'relation-taught');
  if (taught?.kind !== 'relation-taught') throw new Error('nothing was taught');
  const made = learnJoint({ every: 60, streams }, taught.frame, relation);
  return { text: encodeUtf8(encodeCrossProfile(made)), digest: 'ab' };
}

const judgedBy = profile();

function judging(tables: readonly StreamTable[]): Bench {
  const bench = new Bench();
  bench.board.relations.put({ id: 'water', every: 60, streams, profile: judgedBy });
  bench.send(tables);
  return bench;
}

describe('streams of a site that are compared', () => {
  it('affirm each other while their sensors go together', () => {
    const { concluded, reports } = judging(threeDevices(station, learned, 3600));
    expect(new Set(concluded.map(({ outcome }) => outcome))).toEqual(new Set(['agreeing']));
    expect(new Set(concluded.map(({ stream }) => stream))).toEqual(new Set(relation.streams));
    expect(reports.filter(({ kind }) => kind === 'relation-alarm')).toEqual([]);
    // It is not said with every row.
    expect(concluded.length).toBeLessThan(40);
  });

  it('say which sensor lies, of its stream alone, and when it is over', () => {
    const from = 3300;
    const lied = inject(station, { kind: 'bias', channel: 'outflow', from, rows: 100, size: 1.5 }, chance(2));
    const { concluded, reports } = judging(threeDevices(lied, learned, 3700));
    const contradicted = concluded.filter(({ outcome }) => outcome === 'contradicted');
    expect(new Set(contradicted.map(({ stream }) => stream))).toEqual(new Set(['net-1/net']));
    expect(contradicted.at(-1)).toMatchObject({ channels: ['outflow'], kind: 'bias', profile: 'ab' });
    expect(contradicted.at(-1)?.by).toBeGreaterThanOrEqual(80);
    expect(contradicted.length).toBeLessThan(6);
    const alarms = reports.flatMap((report) => (report.kind === 'relation-alarm' ? [report.alarm] : []));
    expect(new Set(alarms.map(({ began }) => began)).size).toBe(1);
    expect(Math.abs((alarms[0]?.began ?? 0) - (start + from * 60_000))).toBeLessThanOrEqual(5 * 60_000);
    expect(alarms.at(-1)?.ended).toBeGreaterThan(start + (from + 90) * 60_000);
    expect(alarms.at(-1)?.judgement).toMatchObject({ isTold: true, tier: 'warning' });
    expect(concluded.at(-1)?.outcome).toBe('agreeing');
  });

  it('show their newest rows side by side, with how far each check is out of place', () => {
    const from = 3300;
    const lied = inject(station, { kind: 'bias', channel: 'outflow', from, rows: 300, size: 1.5 }, chance(2));
    const { board } = judging(threeDevices(lied, learned, from + 50));
    const course = board.relations.course('water');
    const [check] = relation.checks.map(crossCheckText);
    expect(course?.checks).toEqual([check, 'relation']);
    expect(course?.sensors[0]).toBe('tank-1/tank#inflow');
    expect(course?.times.length).toBe(240);
    expect(course?.times).toEqual(course?.times.toSorted((one, other) => one - other));
    expect(new Set(course?.values.map((row) => row.length))).toEqual(new Set([12]));
    const own = (at: number) => course?.severities.at(at)?.[0] ?? Number.NaN;
    expect(own(0)).toBeLessThan(1);
    expect(own(-1)).toBeGreaterThanOrEqual(1);
    const standing = board.relations.gauges.get('water')?.checks[0];
    expect(standing).toMatchObject({ check });
    expect(standing?.severity).toBeCloseTo(own(-1), 4);
    expect(board.relations.course('wine')).toBeUndefined();
  });

  it('give the memory of their rows back when they are compared no more', () => {
    const history = { left: 100_000 };
    const nothing = () => undefined;
    const relations = new RelationBoard({
      ...{ tell: nothing, conclude: nothing, own: () => ({}), history },
      ...{ looks: { left: 0 }, lessons: { left: 0 } },
    });
    relations.put({ id: 'water', every: 60, streams });
    for (let row = 0; row < 200; row++)
      relations.take('net-1/net', start + row * 60_000, new Float64Array(4));
    expect(relations.course('water')?.times.length).toBeGreaterThan(64);
    expect(history.left).toBeLessThan(100_000);
    relations.forget('water');
    expect(history.left).toBe(100_000);
  });

  it('are not judged by what is learned of others', () => {
    const bench = new Bench();
    const profile = { text: encodeUtf8('{}'), digest: 'cd' };
    expect(() => bench.board.relations.put({ id: 'water', every: 60, streams, profile })).toThrow(
      expect.objectContaining({ code: 'measurement/profile-malformed' }),
    );
    const fewer = streams.slice(1);
    expect(() =>
      bench.board.relations.put({ id: 'water', every: 60, streams: fewer, profile: judgedBy }),
    ).toThrow(expect.objectContaining({ code: 'measurement/profile-channels' }));
  });

  it('are learned anew where what was learned does not fit any more, and judged no more until then', () => {
    const bench = new Bench();
    const { relations } = bench.board;
    relations.put({ id: 'water', every: 60, streams, profile: judgedBy });
    const fewer = streams.slice(1);
    const lesson = { until: start + 1e12, rows: 50 };
    expect(() =>
      relations.put({ id: 'water', every: 60, streams: fewer, profile: judgedBy, lesson }),
    ).toThrow(expect.objectContaining({ code: 'measurement/profile-channels' }));
    bench.send(threeDevices(station, 0, 100));
    expect(relations.gauges.get('water')?.checks).toEqual([]);
    const taught = bench.reports.find((report) => report.kind === 'relation-taught');
    expect(taught).toMatchObject({
      relation: 'water',
      until: lesson.until,
      isCut: false,
      frame: { rows: 50 },
    });
  });

  it('are refused that are too many, or that a check does not name', () => {
    const check = parseCrossCheck('equal tank-1/tank#level net-1/net#outflow');
    expect(() => joinedStreams({ ...relation, checks: [check] }, () => ['outflow'])).toThrow(
      expect.objectContaining({ code: 'measurement/cross-sensor-unknown' }),
    );
    const many = Array.from({ length: 30 }, (_, at) => `c${at}`);
    expect(() => joinedStreams({ ...relation, checks: [] }, () => many)).toThrow(
      expect.objectContaining({ code: 'measurement/stream-relation' }),
    );
  });
});
