import { encodeUtf8 } from '@kiten/codec';
import { expect } from 'vitest';
import {
  BatchingTap,
  encodeProfile,
  learn,
  type Outcome,
  parseProfile,
  StreamBoard,
  type StreamDeclaration,
  type StreamMemory,
  type StreamReport,
  type TapBatch,
  type TapOrder,
} from '../../src/index.ts';
import { verify } from '../signers.ts';

export const start = Date.UTC(2030, 0, 1);

export const level: StreamDeclaration = {
  ...{ id: 'level', filter: 'd/+/level', form: 'json', fields: ['/level', '/flow'] },
  ...{ alarmsPerDay: 100, silenceSeconds: 60 },
};

/** A board behind a tap, as in a site, with both threads in one. */
export class Bench {
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
    this.declare(...declarations);
  }

  declare(...declarations: readonly StreamDeclaration[]): void {
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
export function* normal(): Generator<readonly number[]> {
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

export const rows = (source: Generator<readonly number[]>, count: number) =>
  Array.from({ length: count }, () => source.next().value as readonly number[]);

/** One that is judged by what it was taught. */
export function taught(more: Partial<StreamDeclaration> = {}): {
  bench: Bench;
  source: Generator<readonly number[]>;
} {
  const bench = new Bench({ ...level, ...more });
  const source = normal();
  const stream = 'pump-1/level';
  bench.board.put({
    stream,
    device: 'pump-1',
    topic: 'd/pump-1/level',
    declaration: 'level',
    lesson: { until: start + 3_600_000, rows: 600 },
  });
  for (const row of rows(source, 600)) bench.sendRow(row);
  const lesson = bench.reports.find((report) => report.kind === 'taught');
  if (lesson === undefined) throw new Error('nothing was taught');
  const text = encodeUtf8(encodeProfile(learn(lesson.frame, { alarmsPerDay: 100 })));
  expect(parseProfile(text).interval).toBe(1);
  bench.board.put({
    stream,
    device: 'pump-1',
    topic: 'd/pump-1/level',
    declaration: 'level',
    profile: { text, digest: 'ab' },
  });
  bench.reports.length = 0;
  return { bench, source };
}
