import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  checkRelation,
  encodeCrossProfile,
  joinedStreams,
  learnJoint,
  parseCrossCheck,
  StreamBoard,
  type StreamRelation,
  type StreamReport,
} from '../../src/index.ts';
import { verify } from '../signers.ts';

const start = Date.UTC(2030, 0, 1);
const names = ['a/p', 'b/p', 'c/p'];
const streams = names.map((stream) => ({ stream, channels: ['bar'], hold: 180 }));
const equal = parseCrossCheck('equal a/p#bar b/p#bar c/p#bar');

/** Three gauges of one pressure, and a board that compares them. */
class Gauges {
  readonly reports: StreamReport[] = [];
  readonly board = new StreamBoard({ tell: (report) => this.reports.push(report), verify });
  #row = 0;
  #state = 5;

  get doing() {
    return this.board.relations.gauges.get('line');
  }

  send(rows: number, units: readonly string[] = ['bar', 'bar', 'bar'], off = 0): void {
    for (let row = 0; row < rows; row++) {
      const at = start + 60_000 * this.#row++;
      const truth = 5 + Math.sin(this.#row / 9);
      this.board.look(at);
      for (const [place, stream] of names.entries()) {
        const bar = truth + this.#noise() + (place === 1 ? off : 0);
        const value = units[place] === 'kPa' ? 100 * bar : bar;
        this.board.relations.take(stream, at, Float64Array.of(value), { now: [units[place] ?? ''] });
      }
    }
  }

  get alarms(): number {
    return this.reports.filter(({ kind }) => kind === 'relation-alarm').length;
  }

  /** Of its last lesson. */
  get taught() {
    const taught = this.reports.findLast((report) => report.kind === 'relation-taught');
    if (taught?.kind !== 'relation-taught') throw new Error('nothing was taught');
    return taught.frame;
  }

  #noise(): number {
    this.#state = (this.#state * 1_103_515_245 + 12_345) % 2 ** 31;
    return 0.05 * (this.#state / 2 ** 31 - 0.5);
  }
}

function judged(): Gauges {
  const gauges = new Gauges();
  gauges.board.relations.put({ id: 'line', every: 60, streams, lesson: { until: start + 1e12, rows: 400 } });
  gauges.send(410);
  const made = learnJoint({ every: 60, streams }, gauges.taught, { alarmsPerDay: 0.1, checks: [equal] });
  const profile = { text: encodeUtf8(encodeCrossProfile(made)), digest: 'ab' };
  gauges.board.relations.put({ id: 'line', every: 60, streams, profile });
  return gauges;
}

describe('streams that are compared', () => {
  it('are learned with their units, and not judged where they say another one; the others are', () => {
    const gauges = judged();
    expect(gauges.taught.units).toEqual(['bar', 'bar', 'bar']);
    gauges.send(40);
    expect(gauges.doing?.problem).toBeUndefined();
    gauges.send(40, ['bar', 'bar', 'kPa']);
    expect(gauges.doing?.problem).toBe(
      'c/p#bar is not judged: it is in kPa, and not in bar as it was learned. Learn the relation anew if that is right.',
    );
    expect(gauges.alarms).toBe(0);
    gauges.send(40, ['bar', 'bar', 'kPa'], 2);
    expect(gauges.alarms).toBeGreaterThan(0);
    gauges.send(60);
    expect(gauges.doing).toMatchObject({ problem: undefined, alarm: undefined });
    // Who says no unit is taken at the one that is known.
    gauges.send(40, ['', '', '']);
    expect(gauges.doing?.alarm).toBeUndefined();
  });

  it('say nothing good of who says another unit', () => {
    const gauges = judged();
    gauges.send(200, ['bar', 'bar', 'kPa']);
    const good = gauges.reports.flatMap((report) =>
      report.kind === 'concluded' ? [report.conclusion.stream] : [],
    );
    expect(new Set(good)).toEqual(new Set(['a/p', 'b/p']));
  });

  it('are learned in one unit: what comes in another one is no part of the lesson, also after a restart', () => {
    const gauges = new Gauges();
    const lesson = { until: start + 1e12, rows: 20 };
    gauges.board.relations.put({ id: 'line', every: 60, streams, lesson });
    gauges.send(6);
    const heard = gauges.reports.flatMap((report) => (report.kind === 'relation-heard' ? [report] : []));
    expect(heard.at(-1)).toMatchObject({ until: lesson.until, units: ['bar', 'bar', 'bar'] });
    const units = heard.at(-1)?.units ?? [];
    gauges.board.relations.put({ id: 'line', every: 60, streams, lesson: { ...lesson, units } });
    gauges.send(25, ['bar', 'kPa', 'bar']);
    const { values, rows } = gauges.taught;
    expect(rows).toBe(20);
    expect(gauges.taught.units).toEqual(['bar', 'bar', 'bar']);
    const second = Array.from(values).filter((_, at) => at % 3 === 1);
    expect(second.every(Number.isNaN)).toBe(true);
  });

  it('have the units that were declared, whatever is said first', () => {
    const gauges = new Gauges();
    gauges.board.relations.put({ id: 'line', every: 60, streams, units: ['', '', 'bar'] });
    gauges.send(3, ['bar', 'bar', 'kPa']);
    expect(gauges.doing?.problem).toContain(
      'c/p#bar is not judged: it is in kPa, and not in bar as it was declared',
    );
  });
});

describe('checks', () => {
  const relation: StreamRelation = {
    ...{ id: 'line', streams: names, checks: [equal], every: 60, alarmsPerDay: 1 },
  };

  it('of sensors in several units are not learned, and say which', () => {
    const gauges = new Gauges();
    gauges.board.relations.put({
      id: 'line',
      every: 60,
      streams,
      lesson: { until: start + 1e12, rows: 200 },
    });
    gauges.send(210, ['bar', 'kPa', 'bar']);
    const learning = (check: string) =>
      learnJoint({ every: 60, streams }, gauges.taught, {
        alarmsPerDay: 1,
        checks: [parseCrossCheck(check)],
      });
    for (const check of ['equal a/p#bar b/p#bar', 'below c/p#bar b/p#bar', 'sum a/p#bar b/p#bar c/p#bar'])
      expect(() => learning(check)).toThrow(
        expect.objectContaining({ code: 'measurement/cross-units', message: expect.stringContaining('kPa') }),
      );
    expect(learning('ratio b/p#bar a/p#bar').relation.units).toEqual(['bar', 'kPa', 'bar']);
  });

  it.each([
    [{ 'a/p#bar': '' }, 'measurement/stream-relation'],
    [{ 'd/p#bar': 'bar' }, 'measurement/cross-sensor-unknown'],
  ])('are refused with the units %j', (units, code) => {
    const declared = () => {
      checkRelation({ ...relation, units });
      joinedStreams({ ...relation, units }, () => ['bar']);
    };
    expect(declared).toThrow(expect.objectContaining({ code }));
  });
});
