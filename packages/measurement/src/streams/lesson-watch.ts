import type { Frame } from '../series/frame.ts';
import { Lesson, type LessonBudget, type LessonEnd } from './lesson.ts';

/** What a lesson gathered, and which one it was. Structured-clonable. */
export interface Taught {
  readonly frame: Frame;
  /** Which lesson it was: until when. */
  readonly until: number;
  /** It has less than was asked for, because lessons had no more memory. */
  readonly isCut: boolean;
}

/** Of what is being learned from: rows so far, and until when. */
export interface LessonGauges {
  readonly rows: number;
  readonly until: number;
}

/** Gathers what is to be learned from while it is, and tells when there is enough. */
export class LessonWatch {
  readonly #channels: readonly string[];
  readonly #budget: LessonBudget;
  readonly #taught: (taught: Taught) => void;
  #lesson: Lesson | undefined;

  constructor(channels: readonly string[], budget: LessonBudget, taught: (taught: Taught) => void) {
    this.#channels = channels;
    this.#budget = budget;
    this.#taught = taught;
  }

  /** What is being gathered. */
  get lesson(): Lesson | undefined {
    return this.#lesson;
  }

  get gauges(): LessonGauges | undefined {
    return this.#lesson && { rows: this.#lesson.rows, until: this.#lesson.until };
  }

  begin(end: LessonEnd): void {
    this.stop();
    this.#lesson = new Lesson(this.#channels, end, this.#budget);
  }

  stop(): void {
    this.#lesson?.end();
    this.#lesson = undefined;
  }

  push(at: number, values: Float64Array): void {
    this.#lesson?.push(at, values);
    if (this.#lesson?.isFull) this.#enough(this.#lesson);
  }

  look(now: number): void {
    if (this.#lesson !== undefined && now >= this.#lesson.until) this.#enough(this.#lesson);
  }

  #enough(lesson: Lesson): void {
    const { until, isCut } = lesson;
    this.#taught({ frame: lesson.frame(), until, isCut });
    this.stop();
  }
}
