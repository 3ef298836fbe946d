import { createHmac } from 'node:crypto';
import { type Clock, canonicalJson, encodeUtf8, type KitenError, type Signer } from '@kiten/codec';
import {
  encodeWindowEntry,
  followWriter,
  type Ledger,
  openLedger,
  StreamWindow,
  type TreeHead,
  writerOrigin,
} from '@kiten/ledger';
import type { Database } from '../store/database.ts';
import {
  insertWindow,
  lastWindow,
  minutesWithoutWindow,
  type TrafficRow,
  type TrafficWindow,
  trafficOf,
} from '../store/traffic.ts';
import type { Random } from './secrets.ts';

/** The writer's name: its log is `plant-7.example/log/traffic`. */
export const trafficWriter = 'traffic';

/** How many rows one root stands for at most; the gateway counts fewer a minute (`Limits.countRows`). */
const windowLimit = 1_048_576;

/** The gateway tells a minute's counts when it is over; this long they may take. */
const minutesOpen = 2;

export interface TrafficLogParts {
  readonly directory: string;
  /** Origin of the site's log. */
  readonly siteOrigin: string;
  readonly signer: Signer;
  readonly parent: Pick<Ledger, 'append'>;
  /** The newest checkpoint of this writer in the site's log. */
  readonly lastSeen: () => Promise<Pick<TreeHead, 'size' | 'root'> | undefined>;
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly onProblem: (problem: KitenError) => void;
}

/**
 * Counts of traffic are too many to be entries of the site's log. They have a log of their own, in which one root a
 * minute stands for all counts of that minute; its checkpoints are entries of the site's.
 */
export class TrafficLog {
  readonly #parts: TrafficLogParts;
  readonly #ledger: Ledger;
  readonly #idle: () => Promise<void>;
  /** Up to this minute counts do not change any more. */
  #closedUntil: number;
  /** Up to this minute the log has the roots of all that were counted. */
  #loggedUntil: number;

  private constructor(
    parts: TrafficLogParts,
    ledger: Ledger,
    closedUntil: number,
    idle: () => Promise<void>,
  ) {
    this.#parts = parts;
    this.#ledger = ledger;
    this.#closedUntil = closedUntil;
    this.#loggedUntil = closedUntil;
    this.#idle = idle;
  }

  static async open(parts: TrafficLogParts): Promise<TrafficLog> {
    const { directory, siteOrigin, signer, parent, lastSeen, database, clock, onProblem } = parts;
    const origin = writerOrigin(siteOrigin, trafficWriter);
    const writer = { origin, publicKeys: [signer.publicKey] };
    const followed = followWriter({ writer, parent, lastSeen, onProblem });
    const { onCheckpoint } = followed;
    // Nobody asks about the freshness of a minute's counts: no checkpoint is signed without a new one.
    const refreshInterval = Number.MAX_SAFE_INTEGER;
    const ledger = await openLedger({
      directory,
      origin,
      signer,
      clock,
      onCheckpoint,
      onProblem,
      refreshInterval,
      preallocateBytes: 65_536,
      extensions: () => [`kiten.time ${clock.now()}`],
    });
    // A crash may have come before this one was appended to the site's log.
    if (ledger.size > 0) onCheckpoint({ text: ledger.checkpoint() });
    return new TrafficLog(parts, ledger, (await lastWindow(database)) ?? 0, followed.idle);
  }

  /** Under which minute counts for this one are kept: what is closed does not change. */
  minuteFor(minute: number): number {
    return Math.max(minute, this.#closedUntil + 1);
  }

  /** Puts the roots of all minutes that are over into the log. */
  async closeMinutes(): Promise<void> {
    const { database, clock } = this.#parts;
    const before = Math.floor(clock.now() / 60_000) - minutesOpen;
    this.#closedUntil = Math.max(this.#closedUntil, before - 1);
    const minutes = await minutesWithoutWindow(database, this.#loggedUntil, before);
    const closed: TrafficWindow[] = [];
    for (const minute of minutes) closed.push(await this.#closeMinute(minute));
    if (closed.length > 0) {
      // Published first: what the store knows a root for is in a signed checkpoint.
      await this.#ledger.publish();
      for (const window of closed) await insertWindow(database, window);
    }
    this.#loggedUntil = Math.max(this.#loggedUntil, before - 1);
  }

  async #closeMinute(minute: number): Promise<TrafficWindow> {
    const { database, random } = this.#parts;
    const salt = random(32);
    const { head } = windowOf(minute, await trafficOf(database, minute), salt);
    await this.#ledger.append(encodeWindowEntry(head));
    return { minute, salt, count: head.count, root: head.root };
  }

  async close(): Promise<void> {
    await this.#ledger.close();
    await this.#idle();
  }
}

/** The window over a minute's counts: each row a leaf under a salt of its own, which follows from the window's. */
export function windowOf(minute: number, rows: readonly TrafficRow[], salt: Uint8Array) {
  const window = new StreamWindow(trafficWriter, windowLimit);
  for (const [index, { device, action, topic, allowed, denied }] of rows.entries()) {
    const content = encodeUtf8(canonicalJson({ minute, device, action, topic, allowed, denied }));
    window.add(content, createHmac('sha256', salt).update(String(index)).digest());
  }
  return window.close(minute * 60_000, (minute + 1) * 60_000);
}
