import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  type AlarmWindow,
  checkDeclaration,
  type Drift,
  encodeProfile,
  type Frame,
  learn,
  StreamBoard,
  type StreamDeclaration,
  type StreamReport,
  standardDetectors,
  type WanderedFrom,
} from '../../src/index.ts';
import { MinuteWatch } from '../../src/streams/minute-watch.ts';
import { plant } from '../plant.ts';
import { verify } from '../signers.ts';

/** A row every ten minutes, of speed, flow, pressure, temperature. */
const interval = 600;
const rowsPerDay = 144;
const temperature = 3;
/** Of the temperature. */
const deviation = 0.15;
const start = Date.UTC(2030, 0, 1);
const stream = 'pump-1/room';

// The pressure stands still now and then as it is written; that is none of what is asked here.
const detectors = standardDetectors.filter((name) => name !== 'freeze');
const learned = learn({ ...plant(4000, 1), interval }, { alarmsPerDay: 0.1, detectors });
const text = encodeUtf8(encodeProfile({ ...learned, units: ['rpm', 'l/s', 'bar', '°C'] }));

const declared: StreamDeclaration = {
  ...{ id: 'room', filter: 'd/+/room', form: 'senml', fields: ['speed', 'flow', 'pressure', 'temperature'] },
  ...{ alarmsPerDay: 0.1, silenceSeconds: 86_400, follow: { perDay: 0.1, most: 2 } },
};

/** A stream of a site, without what brings its messages. */
class Stream {
  readonly reports: StreamReport[] = [];
  readonly board = new StreamBoard({ tell: (report) => this.reports.push(report), verify });
  now = start;

  constructor(more: Partial<StreamDeclaration>, from?: WanderedFrom) {
    this.board.declare([{ ...declared, ...more }]);
    this.judgeBy('ab', from);
  }

  judgeBy(digest: string, from?: WanderedFrom): void {
    const profile = { text, digest, ...(from && { wandered: from.wandered }) };
    this.board.put({ stream, device: 'pump-1', topic: 'd/pump-1/room', declaration: 'room', profile });
  }

  /** @param every seconds between two messages @param claimed seconds between two rows, as they say */
  send({ values, rows }: Frame, every = interval, claimed = every): void {
    const began = this.now / 1000;
    for (let row = 0; row < rows; row++) {
      this.now += every * 1000;
      const records = declared.fields.map((n, at) => ({
        ...{ n, v: values[row * 4 + at] },
        t: began + (row + 1) * claimed,
      }));
      const payload = encodeUtf8(JSON.stringify(records));
      this.#watched.take({ payload, at: this.now, channel: undefined, duplicate: false });
      this.board.look(this.now);
    }
  }

  /** Seconds in which nothing comes. */
  wait(seconds: number): void {
    for (let second = 0; second < seconds; second++) {
      this.now += 1000;
      this.board.look(this.now);
    }
  }

  get drift(): Drift | undefined {
    return this.#watched.gauges.drift?.find(({ channel }) => channel === 'temperature');
  }

  get told(): readonly WanderedFrom[] {
    return this.reports.filter((report) => report.kind === 'wandered');
  }

  get alarms(): readonly AlarmWindow[] {
    return this.reports.flatMap((report) => (report.kind === 'alarm' ? [report.window] : []));
  }

  get #watched() {
    const watched = this.board.find(stream);
    if (watched === undefined) throw new Error('there is no stream');
    return watched;
  }
}

/** The plant, where the temperature is off by so many deviations after so many days. */
const drifting = (days: number, by: (day: number) => number): Frame =>
  plant(days * rowsPerDay, 2, (row, values) => {
    values[temperature] = (values[temperature] as number) + by(row / rowsPerDay) * deviation;
  });

describe('a stream whose normal wanders', () => {
  const ageing = drifting(25, (day) => 0.06 * day);

  it('alarms where nobody says any more that it is followed, and says that it is not', () => {
    const { follow: _, ...kept } = declared;
    const fixed = new Stream({});
    fixed.board.declare([kept]);
    fixed.judgeBy('ab');
    fixed.send(ageing);
    expect(fixed.alarms).not.toEqual([]);
    expect(fixed.drift).toBeUndefined();
    fixed.board.close();
    expect(fixed.told).toEqual([{ kind: 'wandered', stream, profile: 'ab' }]);
  });

  it('is followed, and says how far it is from what was accepted, as it is read', () => {
    const followed = new Stream({});
    followed.send(ageing);
    expect(followed.alarms).toEqual([]);
    const { deviations = 0, amount, unit } = followed.drift ?? {};
    expect(deviations).toBeGreaterThan(0.9);
    expect(amount).toBeCloseTo(deviations * deviation, 1);
    expect(unit).toBe('°C');
  });

  it('goes on where it was, in whoever judges next', () => {
    const [first, through] = [new Stream({}), new Stream({})];
    first.send(ageing);
    through.send(ageing);
    first.board.close();
    const from = first.told.at(-1);
    expect(from).toMatchObject({ stream, profile: 'ab' });
    const next = new Stream({}, from);
    expect(next.drift).toEqual(first.drift);
    const more = drifting(3, () => 1.5);
    next.send(more);
    through.send(more);
    expect(next.drift?.deviations).toBeCloseTo(through.drift?.deviations ?? 0, 1);
    expect(next.alarms).toEqual([]);
  });

  it('begins anew with what was accepted anew', () => {
    const followed = new Stream({});
    followed.send(ageing);
    // Less than a minute, of which nothing was told yet.
    followed.send({ ...ageing, rows: 3 }, 1);
    followed.reports.length = 0;
    followed.judgeBy('cd');
    expect(followed.drift?.deviations).toBe(0);
    // What the one before had come to is nothing that anybody should go on with.
    followed.board.close();
    expect(followed.told).toEqual([]);
    followed.send(drifting(1, () => 0));
    followed.board.close();
    expect(new Set(followed.told.map(({ profile }) => profile))).toEqual(new Set(['cd']));
  });

  it('alarms where it may go no farther, as drift, until somebody accepts anew', () => {
    const slow = new Stream({ follow: { perDay: 0.1, most: 1 } });
    slow.send(drifting(30, (day) => Math.min(1.2, 0.08 * day)));
    const [window, ...others] = slow.alarms.filter(({ ended }) => ended === undefined);
    expect(window).toMatchObject({ sees: 'drift', channels: ['temperature'] });
    expect(others.at(-1)?.diagnosis).toMatchObject({ kind: 'drift', carriers: [{ channel: 'temperature' }] });
    expect(slow.alarms.filter(({ ended }) => ended !== undefined)).toEqual([]);
    slow.board.close();
    const next = new Stream({ follow: { perDay: 0.1, most: 1 } }, slow.told.at(-1));
    next.send(drifting(1, () => 1.2));
    expect(next.alarms[0]).toMatchObject({ began: start + interval * 1000, sees: 'drift' });
    next.judgeBy('cd');
    expect(next.alarms.at(-1)?.ended).toBeDefined();
  });

  it.each([
    ['come faster than they used to', 1],
    ['say that they come as they used to, and come faster', interval],
  ])('moves no farther in a day where its rows %s', (_, claimed) => {
    const hurried = new Stream({});
    // Twenty-five days within an hour.
    hurried.send(ageing, 1, claimed);
    expect(hurried.drift?.deviations).toBeGreaterThan(0.05);
    expect(hurried.drift?.deviations).toBeLessThanOrEqual(0.1 + 1e-9);
  });
});

describe('what is kept of how far normal has wandered', () => {
  it('is told once a minute at most, and no more than a minute of it is lost', () => {
    const followed = new Stream({});
    const times: number[] = [];
    const frame = drifting(5, () => 0);
    for (let row = 0; row < 300; row++) {
      followed.send({ ...frame, rows: 1, values: frame.values.subarray(row * 4, row * 4 + 4) }, 1);
      if (followed.told.length > times.length) times.push(followed.now);
    }
    expect(times.length).toBeGreaterThanOrEqual(4);
    for (const [at, time] of times.entries())
      if (at > 0) expect(time - (times[at - 1] as number)).toBe(60_000);
  });

  it('is told no more while nothing comes', () => {
    const followed = new Stream({});
    followed.send(drifting(1, () => 0));
    followed.wait(180);
    const before = followed.told.length;
    followed.wait(180);
    followed.board.close();
    expect(followed.told.length).toBe(before);
  });

  it('comes spread over the minute, of many streams', () => {
    const watches = Array.from({ length: 6000 }, (_, at) => new MinuteWatch(`pump-${at}/room`));
    for (const watch of watches) watch.isDue(start);
    for (const watch of watches) watch.change();
    const due: number[] = [];
    for (let now = start + 250; now <= start + 60_000; now += 250) {
      const those = watches.filter((watch) => watch.isDue(now));
      for (const watch of those) watch.settle();
      due.push(those.length);
    }
    expect(due.reduce((sum, each) => sum + each)).toBe(6000);
    // Twenty-five in the mean.
    expect(Math.max(...due)).toBeLessThan(75);
  });
});

it.each([
  ['no bound of a day', { perDay: 0, most: 2 }, /no number of standard deviations above 0/],
  ['an anchor that is none', { perDay: 0.1, most: Number.POSITIVE_INFINITY }, /above 0/],
  ['what is no number', { perDay: Number.NaN, most: 2 }, /above 0/],
  ['a day that goes beyond the anchor', { perDay: 3, most: 2 }, /in a day/],
])('a declaration with %s is refused', (_, follow, message) => {
  expect(() => checkDeclaration({ ...declared, follow })).toThrow(message);
});
