import { encodeUtf8 } from '@kiten/codec';
import {
  encodeCrossProfile,
  learnJoint,
  parseCrossCheck,
  StreamBoard,
  type StreamConclusion,
  type StreamReport,
} from '../../src/index.ts';
import { verify } from '../signers.ts';

export const start = Date.UTC(2030, 0, 1);
export const names = ['a/p', 'b/p', 'c/p'];
export const streams = names.map((stream) => ({ stream, channels: ['bar'], hold: 180 }));
export const bar = ['bar', 'bar', 'bar'];
export const equal = parseCrossCheck('equal a/p#bar b/p#bar c/p#bar');

/** Three gauges of one pressure, and a board that compares them. */
export class Gauges {
  readonly reports: StreamReport[] = [];
  readonly board = new StreamBoard({ tell: (report) => this.reports.push(report), verify });
  #row = 0;
  #state = 5;

  /** The moment of the row that is being formed. */
  get now(): number {
    return start + 60_000 * (this.#row - 1);
  }

  get doing() {
    return this.board.relations.gauges.get('line');
  }

  /**
   * @param off what the second says too much
   * @param silent places of those that say nothing
   * @param late seconds that the clock of the third is late
   * @param otherwise the unit that the third says, whose stream is measured in what it is to be in `units`
   */
  send(
    rows: number,
    units: readonly string[] = bar,
    off = 0,
    {
      silent = [],
      late = 0,
      otherwise,
    }: { silent?: readonly number[]; late?: number; otherwise?: string } = {},
  ): void {
    for (let row = 0; row < rows; row++) {
      const now = start + 60_000 * this.#row++;
      const truth = 5 + Math.sin(this.#row / 9);
      this.board.look(now);
      for (const [place, stream] of names.entries()) {
        const at = now - (place === 2 ? 1000 * late : 0);
        if (silent.includes(place)) continue;
        const measured = { now: [units[place] ?? ''] };
        if (place === 2 && otherwise !== undefined) {
          this.board.relations.otherUnits(stream, [otherwise], measured);
          continue;
        }
        const said = truth + this.#noise() + (place === 1 ? off : 0);
        const value = units[place] === 'kPa' ? 100 * said : said;
        this.board.relations.take(stream, at, Float64Array.of(value), measured);
      }
    }
  }

  /** What was concluded, with the outcome. */
  get concluded(): readonly StreamConclusion[] {
    return this.reports.flatMap((report) => (report.kind === 'concluded' ? [report.conclusion] : []));
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

  /** What is learned from its last lesson. */
  get profile() {
    const made = learnJoint({ every: 60, streams }, this.taught, { alarmsPerDay: 0.1, checks: [equal] });
    return { text: encodeUtf8(encodeCrossProfile(made)), digest: 'ab' };
  }

  #noise(): number {
    this.#state = (this.#state * 1_103_515_245 + 12_345) % 2 ** 31;
    return 0.05 * (this.#state / 2 ** 31 - 0.5);
  }
}

export function judged(): Gauges {
  const gauges = new Gauges();
  gauges.board.relations.put({ id: 'line', every: 60, streams, lesson: { until: start + 1e12, rows: 400 } });
  gauges.send(410);
  gauges.board.relations.put({ id: 'line', every: 60, streams, profile: gauges.profile });
  return gauges;
}
