import type { Clock } from '@kiten/codec';
import type { EventHub } from './event-hub.ts';

/** The same in both languages of the console. */
export interface Sentence {
  readonly en: string;
  readonly ja: string;
}

/** A piece of a played story, as the console tells it. */
export interface Chapter {
  readonly id: string;
  readonly title: Sentence;
  readonly happened: Sentence;
  /** Why the verdict is now what it is. */
  readonly why: Sentence;
  readonly done: Sentence;
  readonly next: Sentence;
  /** How to do the same by hand, or to see what was done: lines for a shell. */
  readonly commands: readonly string[];
  /** Whom it is about. */
  readonly device?: string;
}

export interface ToldChapter extends Chapter {
  readonly at: number;
}

/** What was told of a demonstration's story so far. On any other site nothing is. */
export class StoryBoard {
  readonly #hub: EventHub;
  readonly #clock: Clock;
  readonly #told: ToldChapter[] = [];
  /** Of how many chapters the story is. */
  length = 0;

  constructor(hub: EventHub, clock: Clock) {
    this.#hub = hub;
    this.#clock = clock;
  }

  get told(): readonly ToldChapter[] {
    return this.#told;
  }

  tell(chapter: Chapter): void {
    this.#told.push({ ...chapter, at: this.#clock.now() });
    this.#hub.publish('story', { chapter: chapter.id, told: this.#told.length, length: this.length });
  }
}
