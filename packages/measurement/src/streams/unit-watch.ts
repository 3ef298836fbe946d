import { KitenError } from '@kiten/codec';
import { unreadable } from './payload-reader.ts';

/** What rows are used for, by the units that their message says. */
export interface UnitStanding {
  readonly isForLesson: boolean;
  /** Why they are not judged: they are in other units than what they would be judged by. */
  readonly problem: string | undefined;
}

/**
 * What the channels of a stream are measured in: as declared; or else as in what it is judged by; or else as it was said
 * first. What says another unit is neither judged nor learned from as if it were the same; what says none is taken for it.
 */
export class UnitWatch {
  readonly #channels: readonly string[];
  #declared: readonly string[];
  readonly #first: (units: readonly string[]) => void;
  #learned: readonly string[] = [];
  /** What was said first, since it is being learned. */
  readonly #heard: string[];
  /** Of the newest message. */
  standing: UnitStanding = { isForLesson: true, problem: undefined };

  /** @param first is called when a channel's unit was said for the first time, with those of all of them */
  constructor(
    channels: readonly string[],
    declared: readonly string[],
    first: (units: readonly string[]) => void = () => undefined,
  ) {
    this.#channels = channels;
    this.#first = first;
    this.#declared = declared;
    this.#heard = channels.map(() => '');
  }

  /** Of each channel; '' where nobody says. */
  get now(): readonly string[] {
    return this.#channels.map((_, at) => this.#declared[at] || this.#learned[at] || this.#heard[at] || '');
  }

  /** What is being learned is measured in. */
  get ofLesson(): readonly string[] {
    return this.#channels.map((_, at) => this.#declared[at] || this.#heard[at] || '');
  }

  /** A lesson begins: its units are those that come from now on, or came in it before. */
  begin(heard: readonly string[] = []): void {
    for (const at of this.#heard.keys()) this.#heard[at] = heard[at] ?? '';
  }

  /** Somebody says something else of them. */
  declare(units: readonly string[]): void {
    this.#declared = units;
  }

  /**
   * It is judged by this from now on.
   *
   * @throws KitenError `measurement/profile-units` if that is in other units than were declared
   */
  judgeBy(stream: string, units: readonly string[] = []): void {
    this.#learned = [];
    const at = units.findIndex((unit, channel) => unit !== '' && (this.#declared[channel] || unit) !== unit);
    if (at >= 0)
      throw new KitenError(
        'measurement/profile-units',
        `What was learned of ${stream} has “${this.#channels[at]?.slice(0, 40)}” in ${units[at]}, and it is declared in ${this.#declared[at]}: learn it anew.`,
      );
    this.#learned = units;
  }

  /**
   * @param said by a message, for each channel; '' or nothing where it does not say
   * @param changing is called before rows are used for something else than those before them
   */
  take(said: readonly string[] = [], changing: () => void): UnitStanding {
    const standing = this.#standingOf(said);
    const { isForLesson, problem } = this.standing;
    if (standing.isForLesson !== isForLesson || (standing.problem === undefined) !== (problem === undefined))
      changing();
    this.standing = standing;
    return standing;
  }

  #standingOf(said: readonly string[]): UnitStanding {
    let isForLesson = true;
    let problem: string | undefined;
    let isFirst = false;
    for (const [at, unit] of said.entries()) {
      if (unit === '') continue;
      const [declared, learned, heard] = [this.#declared[at], this.#learned[at], this.#heard[at]];
      if (!declared && !heard) [this.#heard[at], isFirst] = [unit, true];
      isForLesson &&= (declared || heard || unit) === unit;
      const asked = declared || learned || heard || unit;
      const why = declared ? 'as it was declared' : learned ? 'as it was learned' : 'as it was before';
      const channel = this.#channels[at]?.slice(0, 40);
      if (asked !== unit)
        problem ??= unreadable(`“${channel}” is in ${unit}, and not in ${asked} ${why}`).message;
    }
    if (isFirst) this.#first([...this.#heard]);
    return { isForLesson, problem };
  }
}
