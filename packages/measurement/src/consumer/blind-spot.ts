import { KitenError } from '@kiten/codec';
import type { Judge } from '../judge.ts';
import { type Alteration, altered, type Shape, shapes } from './alteration.ts';
import { type Consumer, outputsOf, type Readings } from './consumer.ts';
import { directionsOf } from './directions.ts';
import { farthestShift, type Shift, spreadOf } from './shift.ts';

export interface BlindSpotOptions {
  /** The channels that an attacker holds, as positions; all, unless given. */
  readonly held?: readonly number[];
  /** Where the lie begins; rows before it let the detectors find their feet. */
  readonly from: number;
  readonly rows: number;
  /** Of each row, in seconds, for detectors that know what time it is. */
  readonly times?: Float64Array;
  /** How often readings may be judged in the search. */
  readonly trials?: number;
  /** Called with the share of the trials that is spent. */
  readonly progress?: (done: number) => void;
}

/** The worst that stays unseen, as far as the search went. */
export interface BlindSpot extends Shift {
  readonly alteration: Alteration;
  /** How near to an alarm it comes; below 1. */
  readonly severity: number;
  readonly trials: number;
}

interface Found extends Shift {
  readonly alteration: Alteration;
  readonly direction: Float64Array;
  readonly severity: number;
}

/** In deviations of a channel: what is not worth looking beyond, and what is nothing. */
const farthest = 16;
const nearest = 1 / 512;
/** Halvings of the ratio between what is seen and what is not; the last one is a step of 2 %. */
const halvings = 9;
const firstTurn = 0.4;
const leastTurn = 0.05;
/** Rows behind a lie in which an alarm is one of it. */
const aftermath = 200;

/**
 * Looks for the alteration that moves a consumer's output farthest without an alarm: along each channel that the attacker
 * holds, along the ways in which these move together, and from the best of them on by small turns. The search is bounded:
 * what it finds can be done to the consumer, and more may be possible.
 *
 * @param judge makes a judge with an empty memory
 * @param deviations of each channel, in its unit
 * @throws KitenError `measurement/alarm-without-lie` if the honest readings raise an alarm in these rows already;
 *   `measurement/consumer-output`, `measurement/consumer-failed`
 */
export async function blindSpot(
  consumer: Consumer,
  judge: () => Judge,
  honest: Readings,
  deviations: Float64Array,
  options: BlindSpotOptions,
): Promise<BlindSpot> {
  const { held = [...deviations.keys()] } = options;
  const search = new Search(consumer, judge, honest, deviations, options);
  await search.begin();
  for (const direction of directionsOf(honest, held, deviations))
    for (const shape of Object.keys(shapes) as Shape[])
      for (const sign of [1, -1]) await search.tryAlong(shape, scaled(direction, sign));
  for (let turn = firstTurn; turn >= leastTurn && held.length > 1; turn /= 2)
    for (const channel of held) for (const by of [turn, -turn]) await search.tryTurned(channel, by);
  return search.end();
}

class Search {
  readonly #consumer: Consumer;
  readonly #judge: () => Judge;
  readonly #honest: Readings;
  readonly #deviations: Float64Array;
  readonly #options: BlindSpotOptions;
  #should: Float64Array = new Float64Array();
  #spread: Float64Array = new Float64Array();
  #best: Found | undefined;
  #trials = 0;
  /** The row at which judging ends: an alarm that there is anyway is none of the lie. */
  #until = 0;

  constructor(
    consumer: Consumer,
    judge: () => Judge,
    honest: Readings,
    deviations: Float64Array,
    options: BlindSpotOptions,
  ) {
    this.#consumer = consumer;
    this.#judge = judge;
    this.#honest = honest;
    this.#deviations = deviations;
    this.#options = options;
  }

  async begin(): Promise<void> {
    this.#should = await outputsOf(this.#consumer, this.#honest);
    this.#spread = spreadOf(this.#should, this.#consumer.outputs.length);
    const { from, rows } = this.#options;
    this.#until = Math.min(this.#honest.rows, from + rows + aftermath);
    const { values } = this.#honest;
    const first = this.#severities(values).findIndex((severity, row) => row >= from && severity >= 1);
    if (first >= 0) this.#until = first;
    if (first >= 0 && first < from + rows)
      throw new KitenError(
        'measurement/alarm-without-lie',
        `The readings raise an alarm in row ${first + 1} as they are. Choose rows, or a budget of alarms, without one.`,
        { detail: { row: first } },
      );
    const nothing = new Float64Array(this.#deviations.length);
    this.#best = await this.#found('bias', nothing, 0);
  }

  /** Goes as far in a direction as stays unseen. */
  async tryAlong(shape: Shape, direction: Float64Array): Promise<void> {
    if (this.#isSpent()) return;
    const isUnseen = (size: number) => this.#severityOf(this.#alteration(shape, direction, size)) < 1;
    let [unseen, seen] = [nearest, farthest];
    if (isUnseen(farthest)) unseen = farthest;
    else
      for (let halving = 0; halving < halvings; halving++) {
        const size = Math.sqrt(unseen * seen);
        if (isUnseen(size)) unseen = size;
        else seen = size;
      }
    const found = await this.#found(shape, direction, unseen);
    if (found.severity < 1 && found.relative > (this.#best as Found).relative) this.#best = found;
  }

  /** From the best that is known, a little more or less of one channel. */
  async tryTurned(channel: number, by: number): Promise<void> {
    const { alteration, direction } = this.#best as Found;
    const next = direction.slice();
    next[channel] = (next[channel] as number) + by;
    const length = Math.hypot(...next);
    if (length > 1e-9) await this.tryAlong(alteration.shape, scaled(next, 1 / length));
  }

  end(): BlindSpot {
    const { direction: _, ...best } = this.#best as Found;
    return { ...best, trials: this.#trials };
  }

  #isSpent(): boolean {
    return this.#trials >= (this.#options.trials ?? 1000);
  }

  async #found(shape: Shape, direction: Float64Array, size: number): Promise<Found> {
    const alteration = this.#alteration(shape, direction, size);
    const { outputs } = this.#consumer;
    const does = await outputsOf(this.#consumer, altered(this.#honest, alteration));
    const severity = this.#severityOf(alteration);
    return { alteration, direction, severity, ...farthestShift(outputs, this.#should, does, this.#spread) };
  }

  #alteration(shape: Shape, direction: Float64Array, size: number): Alteration {
    const { from, rows } = this.#options;
    const amounts = direction.map((each, channel) => each * size * (this.#deviations[channel] as number));
    return { shape, amounts, from, rows };
  }

  /** The highest from the first altered row on. */
  #severityOf(alteration: Alteration): number {
    this.#trials++;
    this.#options.progress?.(Math.min(1, this.#trials / (this.#options.trials ?? 1000)));
    const { values } = altered(this.#honest, alteration);
    return this.#severities(values)
      .subarray(alteration.from)
      .reduce((worst, each) => Math.max(worst, each), 0);
  }

  /** Of each row up to where judging ends. */
  #severities(values: Float64Array): Float64Array {
    const width = this.#deviations.length;
    const judge = this.#judge();
    return Float64Array.from(
      { length: this.#until },
      (_, row) =>
        judge.push(values.subarray(row * width, (row + 1) * width), this.#options.times?.[row]).severity,
    );
  }
}

const scaled = (direction: Float64Array, by: number): Float64Array => direction.map((each) => each * by);
