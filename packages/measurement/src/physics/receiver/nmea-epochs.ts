import { FieldError } from './nmea-fields.ts';
import type { NmeaSentence, Unreadable } from './nmea-sentence.ts';
import { nmeaKinds, timeIn } from './nmea-sentences.ts';
import { emptyEpoch, type ReceiverEpoch } from './receiver-epoch.ts';

/**
 * Puts sentences together that tell of one moment. Those with a time belong to it, those without one to the moment that is told of; where the
 * receiver knows no time, a sentence that comes again begins the next.
 */
export class NmeaEpochs {
  #open = emptyEpoch();
  readonly #timed = new Set<string>();
  readonly #over: (epoch: ReceiverEpoch) => void;

  /** @param over is told each moment that is over */
  constructor(over: (epoch: ReceiverEpoch) => void) {
    this.#over = over;
  }

  /**
   * @param stamp the logger's clock, in seconds; NaN
   * @returns what is wrong with it, if anything is
   */
  push(sentence: NmeaSentence, stamp: number): Unreadable | undefined {
    const kind = nmeaKinds.get(sentence.formatter);
    if (kind === undefined) return undefined;
    if (sentence.fields.length < kind.least) return 'malformed';
    try {
      const time = timeIn(kind, sentence);
      // A sentence of which a part cannot be read says nothing at all.
      kind.read(sentence.fields, emptyEpoch(), sentence.talker);
      if (kind.time !== undefined) {
        if (this.#isNext(sentence.formatter, time)) this.end();
        this.#timed.add(sentence.formatter);
        if (!Number.isNaN(time)) this.#open.timeOfDay = time;
      }
      if (Number.isNaN(this.#open.stamp)) this.#open.stamp = stamp;
      kind.read(sentence.fields, this.#open, sentence.talker);
      return undefined;
    } catch (error) {
      if (error instanceof FieldError) return 'malformed';
      throw error;
    }
  }

  end(): void {
    if (this.#timed.size > 0) this.#over(this.#open);
    this.#open = emptyEpoch();
    this.#timed.clear();
  }

  #isNext(formatter: string, time: number): boolean {
    const { timeOfDay } = this.#open;
    if (this.#timed.size === 0) return false;
    return Number.isNaN(time) || Number.isNaN(timeOfDay) ? this.#timed.has(formatter) : time !== timeOfDay;
  }
}
