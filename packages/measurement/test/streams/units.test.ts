import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  encodeSenmlJson,
  learn,
  type Profile,
  type StreamDeclaration,
  type StreamReport,
  senmlContent,
  signPack,
} from '../../src/index.ts';
import { payloadReader } from '../../src/streams/payload-reader.ts';
import { WatchedStream } from '../../src/streams/watched-stream.ts';
import { newSigner, verify } from '../signers.ts';

const start = Date.UTC(2030, 0, 1);
const senml: StreamDeclaration = {
  ...{ id: 'tank', filter: 'd/+/tank', form: 'senml', fields: ['level', 'flow'] },
  ...{ alarmsPerDay: 100, silenceSeconds: 60 },
};

/** One stream, without a board. */
class Tank {
  readonly reports: StreamReport[] = [];
  readonly compared: number[] = [];
  readonly otherwise: (readonly string[])[] = [];
  readonly watched: WatchedStream;
  now = start;
  #count = 0;

  constructor(more: Partial<StreamDeclaration> = {}, key?: Uint8Array) {
    const declaration = { ...senml, ...more };
    const kind = { declaration, read: payloadReader(declaration), keyOf: () => key };
    const origin = { stream: 'pump-1/tank', device: 'pump-1', topic: 'd/pump-1/tank' };
    this.watched = new WatchedStream(origin, kind, {
      ...{ budget: { left: 1e6 }, looks: { left: 1e6 }, lessons: { left: 1e6 }, verify },
      tell: (report) => this.reports.push(report),
      compare: (_, __, [level = 0]) => this.compared.push(level),
      otherUnits: (_, says) => this.otherwise.push(says),
      keysOf: () => [],
    });
  }

  send(payload: string | Uint8Array): void {
    this.now += 1000;
    const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload;
    this.watched.take({ payload: bytes, at: this.now, channel: undefined, duplicate: false });
  }

  /** Both channels, each in this unit. */
  say(unit: string | undefined, level = 4): void {
    const wave = Math.sin(this.#count++ / 7);
    const records = [
      { bn: '', ...(unit === undefined ? {} : { bu: unit }), n: 'level', v: level + wave },
      { n: 'flow', u: 'l/s', v: 10 + wave + Math.cos(this.#count * 1.7) / 10 },
    ];
    this.send(encodeSenmlJson(records));
  }

  learn(unit: string | undefined): Profile {
    this.watched.learn({ until: this.now + 3_600_000, rows: 200 });
    for (let row = 0; row < 200; row++) this.say(unit);
    const lesson = this.reports.findLast((report) => report.kind === 'taught');
    if (lesson === undefined) throw new Error('nothing was taught');
    const profile = learn(lesson.frame, { alarmsPerDay: 100 });
    this.watched.judgeBy(profile, { digest: 'ab' });
    return profile;
  }

  get problems(): readonly (string | undefined)[] {
    return this.reports.flatMap((report) =>
      report.kind === 'concluded' && report.conclusion.outcome === 'unreadable'
        ? [report.conclusion.problem]
        : [],
    );
  }

  get rows(): number {
    return this.watched.gauges.rows;
  }
}

describe('a stream', () => {
  it('keeps the units of its lesson in what is learned, and judges nothing that comes in another one', () => {
    const tank = new Tank();
    expect(tank.learn('m').units).toEqual(['m', 'l/s']);
    expect(tank.watched.units.now).toEqual(['m', 'l/s']);
    for (let row = 0; row < 30; row++) tank.say('m');
    const [rows, compared] = [tank.rows, tank.compared.length];
    tank.say('ft', 13);
    expect([tank.rows, tank.compared.length]).toEqual([rows, compared]);
    // Whoever compares it is told what it says, and no row.
    expect(tank.otherwise.map(([level]) => level)).toEqual(['ft']);
    expect(tank.problems).toEqual([
      'These are no readings: “level” is in ft, and not in m as it was learned.',
    ]);
    tank.say('m');
    // Who says no unit is taken at the one that is known.
    tank.say(undefined);
    expect(tank.rows).toBe(rows + 2);
    expect(Math.max(...tank.compared)).toBeLessThan(10);
  });

  it('is silent where nothing comes at all since judging began, as after a restart', () => {
    const tank = new Tank();
    tank.watched.look(tank.now);
    tank.watched.look(tank.now + 59_000);
    expect(tank.watched.gauges.isSilent).toBe(false);
    tank.watched.look(tank.now + 60_000);
    expect(tank.watched.gauges.isSilent).toBe(true);
    const told = { stream: tank.watched.stream, outcome: 'silent', since: tank.now };
    expect(tank.reports).toContainEqual({ kind: 'concluded', conclusion: expect.objectContaining(told) });
  });

  it('is silent while all that comes is in another unit', () => {
    const tank = new Tank();
    tank.learn('m');
    tank.say('m');
    for (let row = 0; row < 61; row++) tank.say('ft', 13);
    tank.watched.look(tank.now);
    expect(tank.watched.gauges.isSilent).toBe(true);
  });

  it('has the units that were declared, whatever comes first', () => {
    const tank = new Tank({ units: { level: 'm' } });
    tank.watched.learn({ until: tank.now + 3_600_000 });
    tank.say('ft', 13);
    tank.say('m');
    expect(tank.rows).toBe(1);
    expect(tank.watched.lesson?.rows).toBe(1);
    expect(tank.problems).toEqual([
      'These are no readings: “level” is in ft, and not in m as it was declared.',
    ]);
  });

  it('keeps to the unit that came first where nobody said another, until it is learned anew', () => {
    const tank = new Tank();
    tank.say('m');
    tank.say('ft', 13);
    expect(tank.rows).toBe(1);
    expect(tank.problems).toEqual([
      'These are no readings: “level” is in ft, and not in m as it was before.',
    ]);
    expect(tank.learn('ft').units).toEqual(['ft', 'l/s']);
  });

  it('is learned anew in another unit while nothing in that is judged by what was learned before', () => {
    const tank = new Tank();
    tank.learn('m');
    for (let row = 0; row < 30; row++) tank.say('m');
    tank.watched.learn({ until: tank.now + 3_600_000, rows: 150 });
    const compared = tank.compared.length;
    for (let row = 0; row < 100; row++) tank.say('ft', 13);
    // These are no part of the lesson, and are judged.
    for (let row = 0; row < 10; row++) tank.say('m');
    expect(tank.compared.length).toBe(compared + 10);
    for (let row = 0; row < 50; row++) tank.say('ft', 13);
    const lesson = tank.reports.findLast((report) => report.kind === 'taught');
    expect(lesson?.frame).toMatchObject({ rows: 150, units: ['ft', 'l/s'] });
    expect(lesson?.frame.values.filter((_, at) => at % 2 === 0).every((level) => level > 10)).toBe(true);
  });

  it('makes no row of readings in different units', () => {
    const tank = new Tank({ binSeconds: 10 });
    tank.watched.judgeBy(new Tank().learn('m'), { digest: 'ab' });
    tank.watched.learn({ until: tank.now + 3_600_000 });
    tank.say('ft', 13);
    tank.say('m', 4);
    tank.watched.look(tank.now + 10_000);
    const lesson = tank.watched.lesson?.frame();
    expect(lesson).toMatchObject({ rows: 1 });
    expect(lesson?.values[0]).toBeGreaterThan(10);
    expect(tank.compared).toHaveLength(1);
    expect(tank.compared[0]).toBeLessThan(10);
  });

  it('whose packs are in another unit is fresh, and not judged', () => {
    const signer = newSigner();
    const tank = new Tank({ form: 'pack', units: { level: 'm' } }, signer.publicKey);
    const pack = (sequence: number, u: string) =>
      signPack(
        {
          ...{ stream: 'pump-1/tank', sequence, signedAt: start + sequence * 1000 },
          ...{ content: senmlContent.json, keyId: new Uint8Array(4) },
          payload: encodeUtf8(encodeSenmlJson([{ n: 'level', u, v: 4 }])),
        },
        signer,
      );
    for (const [sequence, unit] of ['m', 'ft', 'm'].entries()) tank.send(pack(sequence, unit));
    const outcomes = tank.reports.flatMap((report) =>
      report.kind === 'concluded' ? [report.conclusion.outcome] : [],
    );
    expect(outcomes).toEqual(['fresh', 'unreadable']);
    expect(tank.rows).toBe(2);
  });
});
