import { encodeUtf8, toBase64 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  BatchingTap,
  encodeConclusion,
  encodeProfile,
  encodeSenmlCbor,
  encodeSenmlJson,
  Lesson,
  learn,
  type Outcome,
  parseProfile,
  readConclusion,
  StreamBoard,
  type StreamDeclaration,
  type StreamMemory,
  type StreamReport,
  senmlContent,
  signPack,
  type TapBatch,
  type TapOrder,
} from '../../src/index.ts';
import { newSigner, verify } from '../signers.ts';

const start = Date.UTC(2030, 0, 1);

const level: StreamDeclaration = {
  ...{ id: 'level', filter: 'd/+/level', form: 'json', fields: ['/level', '/flow'] },
  ...{ alarmsPerDay: 100, silenceSeconds: 60 },
};

/** A board behind a tap, as in a site, with both threads in one. */
class Bench {
  readonly reports: StreamReport[] = [];
  readonly board = new StreamBoard({ tell: (report) => this.reports.push(report), verify });
  readonly tap: BatchingTap;
  #inlet = this.board.inlet();
  now = start;
  /** Whoever judges ends. */
  end: () => void = () => undefined;
  /** Whether buffers are read and given back. */
  isAtWork = true;
  #order: (order: TapOrder) => void = () => undefined;
  #waiting: TapBatch[] = [];

  constructor(...declarations: readonly StreamDeclaration[]) {
    this.tap = new BatchingTap({ later: () => undefined });
    this.connect();
    this.board.declare(declarations);
    this.#order({ kind: 'filters', filters: this.board.filters });
  }

  /** Somebody begins to judge, or somebody else in the place of who ended. */
  connect(): void {
    this.#waiting = [];
    this.#inlet = this.board.inlet();
    this.tap.connect({
      postMessage: (batch: TapBatch) => this.#take(batch),
      on: (event: string, listener: (order: TapOrder) => void) => {
        if (event === 'message') this.#order = listener;
        else this.end = listener as () => void;
      },
    });
  }

  #take(batch: TapBatch): void {
    if (!this.isAtWork) {
      this.#waiting.push(batch);
      return;
    }
    this.#inlet.take(batch);
    this.#order({ kind: 'room', buffer: batch.buffer });
  }

  goOn(): void {
    this.isAtWork = true;
    for (const batch of this.#waiting.splice(0)) this.#take(batch);
  }

  send(
    payload: string | Uint8Array,
    { topic = 'd/pump-1/level', device = 'pump-1', duplicate = false } = {},
  ): void {
    this.tap.see({
      ...{
        publisher: { kind: 'device', id: device },
        topic,
        retain: false,
        duplicate,
        passed: true,
        at: this.now,
      },
      payload: typeof payload === 'string' ? encodeUtf8(payload) : payload,
    });
    this.tap.flush();
  }

  sendRow(row: readonly number[]): void {
    this.now += 1000;
    this.send(JSON.stringify({ level: row[0], flow: row[1] }));
  }

  get concluded(): readonly Outcome[] {
    return this.reports.flatMap((report) => (report.kind === 'concluded' ? [report.conclusion.outcome] : []));
  }

  get memory(): StreamMemory | undefined {
    return this.reports.findLast((report) => report.kind === 'remember')?.memory;
  }

  rowsOf(stream: string): readonly (readonly (number | null)[])[] {
    return this.board.find(stream)?.excerpt().values ?? [];
  }
}

/** Two channels that go together, with noise that comes out the same each time. */
function* normal(): Generator<readonly number[]> {
  let state = 3;
  const noise = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31 - 0.5;
  };
  for (let row = 0; ; row++) {
    const flow = 10 + 3 * Math.sin(row / 17) + 0.4 * noise();
    yield [2 * flow + 0.3 * noise(), flow];
  }
}

const rows = (source: Generator<readonly number[]>, count: number) =>
  Array.from({ length: count }, () => source.next().value as readonly number[]);

/** One that is judged by what it was taught. */
function taught(more: Partial<StreamDeclaration> = {}): {
  bench: Bench;
  source: Generator<readonly number[]>;
} {
  const bench = new Bench({ ...level, ...more });
  const source = normal();
  const stream = 'pump-1/level';
  bench.board.put({
    stream,
    device: 'pump-1',
    declaration: 'level',
    lesson: { until: start + 3_600_000, rows: 600 },
  });
  for (const row of rows(source, 600)) bench.sendRow(row);
  const lesson = bench.reports.find((report) => report.kind === 'taught');
  if (lesson === undefined) throw new Error('nothing was taught');
  const text = encodeUtf8(encodeProfile(learn(lesson.frame, { alarmsPerDay: 100 })));
  expect(parseProfile(text).interval).toBe(1);
  bench.board.put({ stream, device: 'pump-1', declaration: 'level', profile: { text, digest: 'ab' } });
  bench.reports.length = 0;
  return { bench, source };
}

describe('a stream that is judged', () => {
  it('is normal, then abnormal from the first rows that it is, with the channels that carry it', () => {
    const { bench, source } = taught();
    for (const row of rows(source, 100)) bench.sendRow(row);
    expect(bench.concluded).toEqual(['normal']);
    const began = bench.now + 1000;
    for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    const found = bench.reports.find(
      (report) => report.kind === 'concluded' && report.conclusion.outcome === 'abnormal',
    );
    expect(found).toMatchObject({
      conclusion: { since: began, profile: 'ab', channels: expect.arrayContaining(['level']) },
    });
    expect(bench.reports.findLast((report) => report.kind === 'alarm')).not.toHaveProperty('window.ended');
    for (const row of rows(source, 300)) bench.sendRow(row);
    const over = bench.reports.findLast((report) => report.kind === 'alarm');
    expect(over?.window.began).toBe(began);
    expect(over?.window.ended).toBeLessThan(bench.now);
    expect(bench.concluded.at(-1)).toBe('normal');
  });

  it('is said to be what it probably is, and that is told anew when it is another thing', () => {
    const { bench, source } = taught();
    for (const row of rows(source, 100)) bench.sendRow(row);
    const began = bench.now + 1000;
    for (const [one = 0, other = 0] of rows(source, 40)) {
      bench.sendRow([one + 4, other]);
      bench.board.look(bench.now);
    }
    const { conclusion: last } = bench.reports.findLast(
      (report) => report.kind === 'concluded',
    ) as StreamReport & { kind: 'concluded' };
    expect(last).toMatchObject({ outcome: 'abnormal', kind: 'bias', since: began });
    const told = bench.concluded.filter((outcome) => outcome === 'abnormal');
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThan(6);
    const { window } = bench.reports.findLast((report) => report.kind === 'alarm') as StreamReport & {
      kind: 'alarm';
    };
    expect(window).toMatchObject({ began, diagnosis: { since: began, kind: 'bias' } });
    expect(window.diagnosis?.carriers.map(({ channel }) => channel)).toContain('level');
    expect(readConclusion(encodeConclusion(last))).toEqual(JSON.parse(JSON.stringify(last)));
  });

  it('says that it has recovered after so long as was declared', () => {
    const { bench, source } = taught({ recoverSeconds: 120 });
    for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    for (const row of rows(source, 400)) bench.sendRow(row);
    const said = bench.reports.flatMap((report) => (report.kind === 'concluded' ? [report.conclusion] : []));
    const last = said.at(-1);
    expect(last?.outcome).toBe('normal');
    expect((last?.at ?? 0) - (last?.since ?? 0)).toBeGreaterThanOrEqual(120_000);
  });

  it('is silent when nothing comes, once, and normal again when it comes', () => {
    const { bench, source } = taught();
    for (const row of rows(source, 40)) bench.sendRow(row);
    bench.board.look(bench.now + 59_000);
    expect(bench.concluded).toEqual(['normal']);
    bench.board.look(bench.now + 60_000);
    bench.board.look(bench.now + 61_000);
    expect(bench.concluded).toEqual(['normal', 'silent']);
    bench.now += 61_000;
    for (const row of rows(source, 40)) bench.sendRow(row);
    expect(bench.concluded.at(-1)).toBe('normal');
  });

  it('is never found abnormal twice at one time, however fast its rows come', () => {
    const { bench, source } = taught();
    const { now } = bench;
    for (const [one = 0, other = 0] of rows(source, 90)) {
      bench.sendRow([one + 9, other]);
      bench.now = now;
    }
    const times = bench.reports.flatMap((report) =>
      report.kind === 'concluded' && report.conclusion.outcome === 'abnormal' ? [report.conclusion.at] : [],
    );
    expect(times.length).toBeGreaterThan(1);
    expect(new Set(times).size).toBe(times.length);
  });

  it('is found abnormal again where it still is after somebody cleared it', () => {
    const { bench, source } = taught();
    const odd = (): void => {
      for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    };
    // Once as it begins, and once as it is known what it probably is.
    for (let time = 0; time < 3; time++) odd();
    expect(bench.concluded).toEqual(['abnormal', 'abnormal']);
    bench.board.find('pump-1/level')?.restate();
    odd();
    expect(bench.concluded).toEqual(['abnormal', 'abnormal', 'abnormal']);
  });

  it('goes on with an alarm that lasted when judging stopped, until it is calm', () => {
    const { bench, source } = taught();
    for (const [one = 0, other = 0] of rows(source, 30)) bench.sendRow([one + 9, other]);
    const window = bench.reports.find((report) => report.kind === 'alarm')?.window;
    if (window === undefined) throw new Error('there is no alarm');
    const { bench: next, source: calm } = taught();
    const known = { stream: 'pump-1/level', device: 'pump-1', declaration: 'level' };
    next.board.put({ ...known, alarm: { window, at: bench.now } });
    expect(next.board.find('pump-1/level')?.gauges.alarm).toEqual(window);
    for (const row of rows(calm, 40)) next.sendRow(row);
    const [over] = next.reports.flatMap((report) => (report.kind === 'alarm' ? [report.window] : []));
    expect(over).toMatchObject({ began: window.began, ended: bench.now });
  });

  it('is not judged by a profile of other channels', () => {
    const bench = new Bench({ ...level, fields: ['/level'] });
    const { bench: other, source } = taught();
    for (const row of rows(source, 1)) other.sendRow(row);
    const text = encodeUtf8(
      encodeProfile(
        learn(
          {
            ...{ channels: ['a', 'b'], rows: 200, values: Float64Array.from(rows(normal(), 200).flat()) },
            ...{
              times: new Float64Array(200),
              interval: 1,
              timeColumn: undefined,
              labels: new Map(),
              leftOut: [],
            },
          },
          { alarmsPerDay: 1 },
        ),
      ),
    );
    const known = {
      stream: 'pump-1/level',
      device: 'pump-1',
      declaration: 'level',
      profile: { text, digest: 'cd' },
    };
    expect(() => bench.board.put(known)).toThrow(
      expect.objectContaining({ code: 'measurement/profile-channels' }),
    );
  });
});

describe('messages', () => {
  it('are of one stream a device, and of one for whatever else the wildcards stand for', () => {
    const bench = new Bench({ ...level, filter: 'd/+/tank/+' });
    for (const topic of ['d/pump-1/tank/a', 'd/pump-1/tank/b', 'd/pump-1/tank/a'])
      bench.send('{"level":1,"flow":2}', { topic });
    bench.send('{"level":1,"flow":2}', { topic: 'd/pump-2/tank/a', device: 'pump-2' });
    expect(bench.reports.map((report) => report.kind === 'appeared' && report.stream)).toEqual([
      'pump-1/level/a',
      'pump-1/level/b',
      'pump-2/level/a',
    ]);
    expect(bench.board.find('pump-1/level/a')?.gauges.rows).toBe(2);
  });

  it('are rows of JSON, with what is missing left out, and found unreadable otherwise', () => {
    const bench = new Bench({ ...level, fields: ['/a/0', '/b~1c', '/on'] });
    bench.send('{"a":[1.5],"b/c":-2,"on":true}');
    bench.send('{"a":[3],"b/c":"x"}');
    expect(bench.rowsOf('pump-1/level')).toEqual([
      [1.5, -2, 1],
      [3, null, null],
    ]);
    for (const bad of ['{"a":[1],"a":[2]}', '[]', 'nonsense']) {
      bench.now += 20_000;
      bench.send(bad);
    }
    expect(bench.concluded).toEqual(['unreadable', 'unreadable', 'unreadable']);
  });

  it('are a number each, and what comes within the same seconds is a row', () => {
    const bench = new Bench({
      ...level,
      filter: 'd/+/+',
      form: 'number',
      fields: ['level', 'flow'],
      binSeconds: 2,
    });
    const send = (channel: string, text: string) => bench.send(text, { topic: `d/pump-1/${channel}` });
    send('level', '1');
    send('flow', ' -2e1 ');
    send('colour', 'green');
    bench.now += 2000;
    send('level', '3');
    bench.board.look(bench.now + 2000);
    expect(bench.rowsOf('pump-1/level')).toEqual([
      [1, -20],
      [3, null],
    ]);
    expect(bench.concluded).toEqual([]);
  });

  it('are SenML in JSON and CBOR, a row for each moment', () => {
    const bench = new Bench({ ...level, form: 'senml', fields: ['tank/level', 'tank/flow'] });
    const records = [
      { bn: 'tank/', bt: 1_893_456_000, n: 'level', v: 1 },
      { n: 'flow', v: 2 },
      { n: 'level', v: 3, t: 1 },
    ];
    bench.send(encodeUtf8(encodeSenmlJson(records)));
    bench.send(encodeSenmlCbor(records));
    const expected = [
      [1, 2],
      [3, null],
    ];
    expect(bench.rowsOf('pump-1/level')).toEqual([...expected, ...expected]);
  });
});

describe('freshness', () => {
  const counted: StreamDeclaration = { ...level, fields: ['/v'], sequence: '/seq', time: '/t' };
  const pack = (seq: number, at: number) => JSON.stringify({ v: seq, seq, t: at / 1000 });

  it('finds what comes twice, whatever it says, also after a restart', () => {
    const bench = new Bench(counted);
    const sent: string[] = [];
    for (let seq = 0; seq < 20; seq++) {
      bench.now += 1000;
      sent.push(pack(seq, bench.now));
      bench.send(sent[seq] as string);
    }
    expect(bench.concluded).toEqual(['fresh']);
    for (const again of sent) {
      const restarted = new Bench(counted);
      restarted.now = bench.now + 1000;
      const { memory } = bench;
      if (memory === undefined) throw new Error('nothing is remembered');
      restarted.board.put({ stream: 'pump-1/level', device: 'pump-1', declaration: 'level', memory });
      restarted.send(again);
      expect(restarted.concluded).toEqual(['replayed']);
      expect(restarted.board.find('pump-1/level')?.gauges.rows).toBe(0);
    }
  });

  it('is remembered before anything is concluded from it', () => {
    const bench = new Bench(counted);
    bench.send(pack(0, bench.now));
    expect(bench.reports.map(({ kind }) => kind)).toEqual(['appeared', 'remember', 'concluded']);
  });

  it('leaves out what MQTT delivers again, and says what is missing, early or late', () => {
    const bench = new Bench(counted);
    bench.send(pack(0, bench.now));
    bench.send(pack(0, bench.now), { duplicate: true });
    expect(bench.concluded).toEqual(['fresh']);
    bench.now += 20_000;
    bench.send(pack(100, bench.now));
    bench.now += 20_000;
    bench.send(pack(101, bench.now - 10_000));
    bench.now += 20_000;
    bench.send(pack(102, bench.now + 70_000));
    bench.now += 20_000;
    bench.send(pack(99, bench.now));
    expect(bench.concluded).toEqual(['fresh', 'missing', 'stale', 'early', 'reordered']);
  });

  it('takes signed packs of this stream by this key alone', () => {
    const [own, other] = [newSigner(), newSigner()];
    const bench = new Bench({ ...level, form: 'pack', fields: ['v'], key: toBase64(own.publicKey) });
    const signed = (signer: typeof own, stream: string, sequence: number) =>
      signPack(
        {
          ...{ stream, sequence, signedAt: bench.now, content: senmlContent.json, keyId: new Uint8Array(4) },
          payload: encodeUtf8(encodeSenmlJson([{ n: 'v', v: sequence }])),
        },
        signer,
      );
    bench.send(signed(own, 'pump-1/level', 0));
    expect(bench.rowsOf('pump-1/level')).toEqual([[0]]);
    bench.now += 1000;
    bench.send(signed(other, 'pump-1/level', 1));
    bench.send(signed(own, 'pump-2/level', 1));
    expect(bench.concluded).toEqual(['fresh', 'forged', 'unreadable']);
    expect(bench.rowsOf('pump-1/level')).toHaveLength(1);
  });
});

describe('a lesson', () => {
  const names = ['level', 'flow'];
  const gathered = (lesson: Lesson, values: readonly number[]): void => {
    for (const value of values) lesson.push(start + 1000 * value, Float64Array.of(value, -value));
  };

  it('goes on with what was kept of it', () => {
    const budget = { left: 1e6 };
    const before = new Lesson(names, { until: start, rows: 5 }, budget);
    gathered(before, [1, 2]);
    const kept = [...before.unsaved()];
    gathered(before, [3]);
    kept.push(...before.unsaved());
    expect(before.unsavedRows).toBe(0);
    const after = new Lesson(names, { until: start, rows: 5 }, budget);
    after.resume(Float64Array.from(kept));
    gathered(after, [4, 5, 6]);
    const { rows: count, values, times } = after.frame();
    expect([count, after.isFull, after.isCut, after.unsavedRows]).toEqual([5, true, false, 2]);
    expect([...values]).toEqual([1, -1, 2, -2, 3, -3, 4, -4, 5, -5]);
    expect([...times]).toEqual([1, 2, 3, 4, 5].map((second) => start / 1000 + second));
  });

  it('is over, and says so, where lessons together have no more room; an end gives room back', () => {
    const budget = { left: 2 * 256 * 3 };
    const [one, other] = [0, 1].map(() => new Lesson(names, { until: start }, budget)) as [Lesson, Lesson];
    for (const lesson of [one, other]) gathered(lesson, [1]);
    gathered(
      one,
      Array.from({ length: 300 }, (_, at) => at),
    );
    expect([one.rows, one.isFull, one.isCut, budget.left]).toEqual([256, true, true, 0]);
    expect(other.isCut).toBe(false);
    one.end();
    expect(budget.left).toBe(256 * 3);
  });
});

describe('the tap', () => {
  it('counts what nobody judges, and tells whoever comes next', () => {
    const bench = new Bench(level);
    bench.sendRow([1, 2]);
    bench.isAtWork = false;
    bench.sendRow([1, 2]);
    bench.sendRow([1, 2]);
    bench.end();
    bench.sendRow([1, 2]);
    bench.isAtWork = true;
    bench.connect();
    bench.sendRow([1, 2]);
    // Two that were on their way, and one that nobody was there for.
    expect(bench.board.gauges).toMatchObject({ messages: 2, dropped: 3 });
  });

  it('does not let one device take the numbers of others, nor their streams', () => {
    const bench = new Bench({ ...level, filter: 'd/+/level/+' });
    for (let at = 0; at < 1500; at++)
      bench.send('{"level":1}', { device: 'eve', topic: `d/eve/level/${at}` });
    bench.send('{"level":1}', { topic: 'd/pump-1/level/a' });
    expect(bench.board.gauges).toMatchObject({ streams: 1025, messages: 1025, dropped: 476 });
    expect(bench.board.find('pump-1/level/a')).toBeDefined();
  });

  it('holds nobody up: what finds no room is dropped, and told with the next that does', () => {
    const bench = new Bench(level);
    bench.send('{"level":1,"flow":2}');
    bench.isAtWork = false;
    for (let message = 0; message < 40; message++) bench.send('{"level":1,"flow":2}');
    expect(bench.board.gauges).toMatchObject({ messages: 1, dropped: 0 });
    bench.goOn();
    bench.send('{"level":1,"flow":2}');
    // There are 16 buffers.
    expect(bench.board.gauges).toMatchObject({ messages: 18, dropped: 24 });
  });
});
