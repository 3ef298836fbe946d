import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  type AttestedTier,
  encodeCrossProfile,
  type KnownRelation,
  learnCross,
  parseCrossCheck,
  type RelationAlarm,
  StreamBoard,
  type StreamReport,
} from '../../src/index.ts';
import { room } from '../cross/room.ts';
import { verify } from '../signers.ts';

const names = ['room-0/air#temperature', 'room-1/air#temperature'];
const start = Date.UTC(2030, 0, 1);
/** Rows: those before are not compared, then one thermometer begins to drift, then it has a while of honesty again. */
const [from, begun, over, end] = [1500, 2000, 2300, 2500];
const learned = learnCross(room(2, 1), {
  alarmsPerDay: 0.1,
  checks: [parseCrossCheck(`equal ${names.join(' ')}`)],
});
/** Of two, nobody can tell by what they say which one drifts. */
const drifting = room(2, 2, (row, sensor) =>
  sensor === 1 && row >= begun && row < over ? Math.min(1.5, (row - begun) / 200) : 0,
);

/** The same readings for all, with what attestation says of the two devices. */
class Bench {
  readonly reports: StreamReport[] = [];
  readonly board = new StreamBoard({ tell: (report) => this.reports.push(report), verify });

  constructor(attested: Readonly<Record<string, AttestedTier>> = {}, alarm?: RelationAlarm) {
    const known: KnownRelation = {
      ...{ id: 'room', every: learned.every, streams: learned.streams },
      profile: { text: encodeUtf8(encodeCrossProfile(learned)), digest: 'ab' },
      attested: new Map(Object.entries(attested)),
      ...(alarm === undefined ? {} : { alarm }),
    };
    this.board.relations.put(known);
  }

  send(rows: number, until: number): this {
    for (let row = rows; row < until; row++)
      for (const { stream, frame } of drifting) {
        const at = start + 1000 * (frame.times[row] as number);
        this.board.look(at);
        this.board.relations.take(stream, at, frame.values.subarray(row, row + 1));
      }
    return this;
  }

  get alarms(): readonly RelationAlarm[] {
    return this.reports.flatMap((report) => (report.kind === 'relation-alarm' ? [report.alarm] : []));
  }

  /** Streams that were said to contradict others. */
  get contradicted(): readonly string[] {
    const all = this.reports.flatMap((report) =>
      report.kind === 'concluded' && report.conclusion.outcome === 'contradicted'
        ? [report.conclusion.stream]
        : [],
    );
    return [...new Set(all)].toSorted();
  }
}

describe('what attestation says of devices, beside the same readings of them', () => {
  it('says nothing where it is not known: either may lie', () => {
    const { alarms, contradicted } = new Bench().send(from, over);
    expect(alarms.at(-1)?.judgement.isTold).toBe(false);
    expect(contradicted).toEqual(['room-0/air', 'room-1/air']);
  });

  it.each([
    [{ 'room-0': 'affirming', 'room-1': 'contraindicated' }, 1],
    [{ 'room-0': 'contraindicated', 'room-1': 'affirming' }, 0],
  ] as const)('decides which one is told to lie: %j', (attested, liar) => {
    const { alarms, contradicted } = new Bench(attested).send(from, over);
    const judgement = alarms.at(-1)?.judgement;
    expect(judgement).toMatchObject({ isTold: true });
    expect(judgement?.sensors[0]).toMatchObject({ sensor: names[liar] });
    expect(judgement?.sensors[0]?.reasons).toContainEqual({
      ...{ what: 'attestation', name: 'contraindicated', weight: 4 },
    });
    // Of a short alarm that was looked at once, both may have been suspected before.
    expect(contradicted).toContain(`room-${liar}/air`);
  });

  it('counts in an alarm that lasts as soon as it changes, and no more when it is taken back', () => {
    const bench = new Bench().send(from, over - 20);
    const before = bench.alarms.at(-1);
    expect(before?.judgement.isTold).toBe(false);
    bench.board.relations.attest('another', 'contraindicated');
    bench.board.relations.attest('room-1', 'contraindicated');
    bench.board.look(start);
    const after = bench.alarms.at(-1);
    expect(after).toMatchObject({ began: before?.began, judgement: { isTold: true } });
    expect(after?.judgement.sensors[0]?.sensor).toBe(names[1]);
    bench.board.relations.attest('room-1', undefined);
    bench.board.look(start);
    expect(bench.alarms.at(-1)?.judgement.isTold).toBe(false);
    // The same once more is nothing new.
    const told = bench.alarms.length;
    bench.board.relations.attest('room-1', undefined);
    bench.board.look(start);
    expect(bench.alarms.length).toBe(told);
  });
});

describe('an alarm that lasted when judging stopped', () => {
  it('is the same one afterwards, began when it did, and ends when the sensors go together', () => {
    const attested = { 'room-1': 'contraindicated' } as const;
    const { alarms } = new Bench(attested).send(from, over - 100);
    const lasting = alarms.at(-1) as RelationAlarm;
    const later = new Bench(attested, lasting);
    expect(later.board.relations.gauges.get('room')?.alarm).toEqual(lasting);
    later.send(over - 100, end);
    expect(new Set(later.alarms.map(({ began }) => began))).toEqual(new Set([lasting.began]));
    const [told] = later.alarms.at(-1)?.judgement.sensors ?? [];
    expect(told).toMatchObject({ sensor: names[1], since: lasting.judgement.sensors[0]?.since });
    expect(later.alarms.at(-1)?.judgement.since).toBe(lasting.judgement.since);
    expect(told?.kind).not.toBe('unknown');
    expect(later.alarms.at(-1)?.ended).toBeGreaterThanOrEqual(start + over * 60_000);
    expect(later.board.relations.gauges.get('room')?.alarm).toBeUndefined();
  });
});
