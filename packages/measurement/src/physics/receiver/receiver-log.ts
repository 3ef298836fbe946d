import { KitenError } from '@kiten/codec';
import type { FlightTable } from '../flight/flight.ts';
import { logLine } from './log-line.ts';
import { NmeaEpochs } from './nmea-epochs.ts';
import { parseSentence, type Unreadable } from './nmea-sentence.ts';
import { ReceiverTableBuilder } from './receiver-table.ts';

/** What a satellite receiver told a logger. */
export interface ReceiverLog {
  /** Moment by moment, with the names of columns that PX4 gives them. */
  readonly table: FlightTable;
  /** How often each kind of sentence or message came; kinds that are not understood among them. */
  readonly sentences: ReadonlyMap<string, number>;
  /** Lines that are no sentence, by what is wrong with them, and the first of them. */
  readonly unread: ReadonlyMap<Unreadable, number>;
  readonly firstUnread:
    | { readonly line: number; readonly text: string; readonly why: Unreadable }
    | undefined;
}

const mostLine = 512;
/** Kinds of sentences that are counted one by one. */
const mostKinds = 200;

/** Reads a log of a receiver as it comes: NMEA 0183, with or without the logger's clock before each sentence. */
export class ReceiverLogReader {
  readonly #table = new ReceiverTableBuilder();
  readonly #epochs = new NmeaEpochs((epoch) => this.#table.add(epoch));
  readonly #sentences = new Map<string, number>();
  readonly #unread = new Map<Unreadable, number>();
  #first: ReceiverLog['firstUnread'];
  #rest = '';
  #line = 0;

  /** @throws KitenError `measurement/log-too-large` */
  push(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = (lines.pop() as string).slice(0, mostLine);
    for (const line of lines) this.#read(line);
  }

  /** @throws KitenError `measurement/no-receiver-log`, `measurement/log-too-large` */
  end(): ReceiverLog {
    this.#read(this.#rest);
    this.#epochs.end();
    const table = this.#table.end();
    if (table.times.length > 0)
      return {
        ...{ table, sentences: this.#sentences, unread: this.#unread },
        firstUnread: this.#first,
      };
    throw new KitenError(
      'measurement/no-receiver-log',
      this.#first === undefined
        ? 'There is no sentence GGA, GNS or RMC of NMEA 0183, which tell where a receiver is.'
        : `There is no sentence GGA, GNS or RMC of NMEA 0183 that could be read; the first that could not stands in line ${this.#first.line} (${this.#first.why}).`,
      { detail: { unread: Object.fromEntries(this.#unread) } },
    );
  }

  #read(line: string): void {
    this.#line++;
    const found = logLine(line.slice(0, mostLine));
    if (found === undefined) return;
    // What makers say in sentences of their own is nobody's standard.
    const [own] = /^\$P[A-Z]{0,8}/.exec(found.sentence) ?? [];
    if (own !== undefined) this.#count(own.slice(1));
    else this.#sentence(found.sentence, found.stamp);
  }

  #sentence(text: string, stamp: number): void {
    const sentence = parseSentence(text);
    const why = typeof sentence === 'string' ? sentence : this.#epochs.push(sentence, stamp);
    if (why !== undefined) {
      this.#unread.set(why, (this.#unread.get(why) ?? 0) + 1);
      this.#first ??= { line: this.#line, text: text.slice(0, 82), why };
    }
    if (typeof sentence === 'string' || why !== undefined) return;
    this.#count(`${sentence.talker}${sentence.formatter}`);
  }

  #count(kind: string): void {
    if (this.#sentences.size < mostKinds || this.#sentences.has(kind))
      this.#sentences.set(kind, (this.#sentences.get(kind) ?? 0) + 1);
  }
}
