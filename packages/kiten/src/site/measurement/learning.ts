import { type Clock, encodeUtf8, KitenError } from '@kiten/codec';
import {
  type ProfileSummary,
  parseProfile,
  type StreamReport,
  streamSubject,
  summaryOf,
} from '@kiten/measurement';
import type { StreamRecord } from '../../store/streams.ts';
import type { Operator } from '../operators.ts';
import type { Learner } from './learner.ts';
import type { ProfileFiles } from './profile-files.ts';
import type { StreamBook } from './stream-book.ts';
import { knownOf, type StreamCommand } from './stream-messages.ts';

export interface LearningParts {
  readonly book: StreamBook;
  readonly clock: Clock;
  readonly profiles: ProfileFiles;
  readonly learner: Learner;
  readonly send: (command: StreamCommand) => void;
}

/** What a stream is to be learned from. */
export interface Lesson {
  readonly seconds: number;
  /** It is over earlier once there are so many. */
  readonly rows?: number | undefined;
  /** Whether what is learned is what it is judged by at once. */
  readonly accepts: boolean;
}

/** What was learned of a stream, and waits; with `proposal`, only if it is that one, SHA-256 in hexadecimal. */
export interface WaitingProfile {
  readonly stream: string;
  readonly proposal?: string | undefined;
}

/** A profile with its SHA-256, hexadecimal. */
export interface SummedProfile extends ProfileSummary {
  readonly digest: string;
}

/** What was learned of a stream, beside what it is judged by, if it is. */
export interface Proposed {
  readonly proposal: SummedProfile;
  readonly profile?: SummedProfile;
}

/** Lessons of streams: what they are learned from, and what is accepted of what was learned. */
export class Learning {
  readonly #parts: LearningParts;
  #isStopping = false;

  constructor(parts: LearningParts) {
    this.#parts = parts;
  }

  /** @throws KitenError `kiten/stream-unknown` */
  learn(stream: string, lesson: Lesson, operator: Operator, reason: string): Promise<StreamRecord> {
    const actor = `operator:${operator.name}`;
    return this.#parts.book.alone(() => this.#learn(stream, lesson, actor, reason));
  }

  /** A stream has appeared, and its declaration says that it is learned at once. */
  begin(stream: string, seconds: number): Promise<StreamRecord> {
    const reason = 'Its declaration says that it is learned when it appears.';
    return this.#parts.book.alone(() => this.#learn(stream, { seconds, accepts: false }, 'site', reason));
  }

  /** @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learned`, `kiten/stream-learned-otherwise`, `kiten/profile-…` */
  accept(of: WaitingProfile, operator: Operator, reason: string): Promise<StreamRecord> {
    return this.#parts.book.alone(() => this.#accept(of, `operator:${operator.name}`, reason));
  }

  /**
   * Its lesson is over before its end: what was gathered goes, and nothing is learned from it.
   *
   * @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learning`
   */
  stopLesson(stream: string, operator: Operator, reason: string): Promise<StreamRecord> {
    const { book, send } = this.#parts;
    return book.alone(async () => {
      const { lesson, ...rest } = book.get(stream);
      if (lesson === undefined)
        throw new KitenError('kiten/stream-not-learning', `${stream} is not being learned.`);
      const record = { ...rest, accepts: false };
      await book.keep(record, book.event('stream/lesson-stopped', operator, reason, { stream }));
      send({ kind: 'stop-lesson', of: stream });
      return record;
    });
  }

  /**
   * What was learned is not what it will be judged by.
   *
   * @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learned`, `kiten/stream-learned-otherwise`
   */
  refuse(of: WaitingProfile, operator: Operator, reason: string): Promise<StreamRecord> {
    const { book } = this.#parts;
    const { stream } = of;
    return book.alone(async () => {
      const { proposal: _, ...record } = book.get(stream);
      const data = { stream, profile: this.#waiting(of) };
      await book.keep(record, book.event('stream/refused', operator, reason, data));
      return record;
    });
  }

  /**
   * What waits to be accepted, and what would be judged by no more.
   *
   * @throws KitenError `kiten/stream-unknown`, `kiten/stream-not-learned`, `kiten/profile-…`
   */
  async proposed(stream: string): Promise<Proposed> {
    const { book, profiles } = this.#parts;
    const summary = async (digest: string) => ({
      ...{ digest, ...summaryOf(parseProfile(await profiles.read(digest))) },
    });
    const proposal = await summary(this.#waiting({ stream }));
    const { profile } = book.get(stream);
    return profile === undefined ? { proposal } : { proposal, profile: await summary(profile) };
  }

  /** A stream has all that it is to be learned from. */
  async taught({ stream, frame, until, isCut }: StreamReport & { kind: 'taught' }): Promise<void> {
    const { book, learner, profiles, clock, send } = this.#parts;
    const declared = book.declarationOf(stream);
    if (declared === undefined) return;
    const { rows } = frame;
    const { alarmsPerDay } = declared;
    const learned = await learner.learn({ frame, alarmsPerDay }).then(
      async (text) => ({ proposal: await profiles.keep(encodeUtf8(text)) }),
      (error: unknown) => ({ problem: problemOf(error) }),
    );
    await this.#parts.book.alone(async () => {
      const now = book.find(stream);
      // Where the site stops it will be learned from after the next start; where another lesson was begun, that one counts.
      if (this.#isStopping || now?.lesson?.until !== until) return;
      const { lesson: _, ...rest } = now;
      const subject = streamSubject(stream);
      const isLearned = 'proposal' in learned;
      const data = isLearned ? { stream, rows, profile: learned.proposal } : { stream, rows, ...learned };
      const type = isLearned ? 'stream/learned' : 'stream/not-learned';
      const cut = isCut ? { problem: `Lessons had no more room: it was learned from ${rows} rows.` } : {};
      const record = { ...rest, ...cut, ...learned };
      await book.keep(record, { type, at: clock.now(), actor: 'site', subject, data });
      send({ kind: 'lesson-over', of: stream });
      if (isLearned && rest.accepts)
        await this.#accept({ stream }, 'site', 'It was to be accepted once it was learned.');
    });
  }

  /** It was said what its channels are measured in: the rest of the lesson has to be so, too, whoever gathers it. */
  heard({ stream, until, units }: StreamReport & { kind: 'heard' }): Promise<void> {
    const { book } = this.#parts;
    return book.alone(async () => {
      const now = book.find(stream);
      if (now?.lesson?.until === until) await book.note({ ...now, lesson: { ...now.lesson, units } });
    });
  }

  /** A lesson is over, and nothing is to be learned from it. */
  unlearned({ stream, until, problem }: StreamReport & { kind: 'unlearned' }): Promise<void> {
    return this.#parts.book.alone(async () => {
      const { book, clock, send } = this.#parts;
      const now = book.find(stream);
      if (now?.lesson?.until !== until) return;
      const { lesson: _, ...rest } = now;
      const about = { actor: 'site', subject: streamSubject(stream), data: { stream, problem } };
      await book.keep({ ...rest, problem }, { type: 'stream/not-learned', at: clock.now(), ...about });
      send({ kind: 'lesson-over', of: stream });
    });
  }

  /** What is being learned from now is learned from after the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#parts.learner.stop();
  }

  async #learn(
    stream: string,
    { seconds, rows, accepts }: Lesson,
    actor: string,
    reason: string,
  ): Promise<StreamRecord> {
    const { book, clock, send } = this.#parts;
    const { problem: _, proposal: _none, ...before } = book.get(stream);
    const at = clock.now();
    const lesson = { until: at + seconds * 1000, ...(rows === undefined ? {} : { rows }) };
    const record = { ...before, accepts, lesson };
    const about = { actor, reason, subject: streamSubject(stream), data: { stream, seconds } };
    await book.keep(record, { type: 'stream/learning', at, ...about });
    send({ kind: 'put', known: { ...knownOf(record), lesson } });
    return record;
  }

  async #accept(of: WaitingProfile, actor: string, reason: string): Promise<StreamRecord> {
    const { book, profiles, clock, send } = this.#parts;
    const { stream } = of;
    const { proposal: _, problem: _past, ...rest } = book.get(stream);
    const proposal = this.#waiting(of);
    const text = await profiles.read(proposal);
    const record: StreamRecord = { ...rest, profile: proposal };
    const data = { stream, profile: proposal };
    const subject = streamSubject(stream);
    await book.keep(record, { type: 'stream/accepted', at: clock.now(), actor, reason, subject, data });
    send({ kind: 'put', known: { ...knownOf(record), profile: { text, digest: proposal } } });
    return record;
  }

  #waiting({ stream, proposal: seen }: WaitingProfile): string {
    const { proposal } = this.#parts.book.get(stream);
    if (proposal === undefined)
      throw new KitenError(
        'kiten/stream-not-learned',
        `Nothing that was learned of ${stream} waits to be accepted.`,
      );
    if (seen === undefined || seen === proposal) return proposal;
    throw new KitenError(
      'kiten/stream-learned-otherwise',
      `What waits to be accepted of ${stream} is by now ${proposal}: look at that first.`,
    );
  }
}

function problemOf(error: unknown): string {
  if (error instanceof KitenError) return error.message.slice(0, 500);
  throw error;
}
