import type { Clock } from '@kiten/codec';
import {
  type CountedMemory,
  encodeWandered,
  isStillOf,
  type StreamReport,
  type WanderedFrom,
} from '@kiten/measurement';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import { keepMemory, keepWandered, putAlarm } from '../../store/streams.ts';
import type { EventHub } from '../event-hub.ts';
import { Turns } from '../turns.ts';
import type { EndedJudging } from './declaring.ts';
import type { Learning } from './learning.ts';
import type { Relations } from './relations.ts';
import type { SourceKeys } from './source-keys.ts';
import type { StreamBook } from './stream-book.ts';
import type { StreamFindings } from './stream-findings.ts';

export interface HearingParts {
  readonly book: StreamBook;
  readonly database: Database;
  readonly clock: Clock;
  readonly hub: EventHub;
  readonly logger: Logger;
  readonly learning: Learning;
  readonly keys: SourceKeys;
  readonly relations: Pick<Relations, 'heard' | 'appeared'>;
  readonly conclude: StreamFindings['conclude'];
}

/** Takes in what judging tells: what is remembered before what it counts for. */
export class Hearing {
  readonly #parts: HearingParts;
  readonly #turns = new Turns();

  constructor(parts: HearingParts) {
    this.#parts = parts;
  }

  /** One list after the other. */
  heard(reports: readonly StreamReport[]): Promise<void> {
    return this.#turns.take('reports', async () => {
      await this.#remember(reports);
      for (const report of reports) await this.#report(report);
    });
  }

  /** Nothing is said any more of streams, as nobody has judged them since then. */
  unjudged(since: number): Promise<void> {
    return this.#withdraw(
      'unjudged',
      this.#parts.book.streams.map(({ stream }) => stream),
      since,
    );
  }

  /** Nothing good is left of what was said of streams as they were judged before. */
  async ended({ unjudged, uncompared }: EndedJudging): Promise<void> {
    await this.#withdraw('unjudged', unjudged);
    await this.uncompared(uncompared);
  }

  /** Streams are not compared any more as they were: it is not said any more that they go together with others. */
  uncompared(streams: readonly string[]): Promise<void> {
    return this.#withdraw('uncompared', streams);
  }

  #withdraw(
    outcome: 'unjudged' | 'uncompared',
    streams: readonly string[],
    since = this.#parts.clock.now(),
  ): Promise<void> {
    return this.#turns.take('reports', async () => {
      for (const stream of streams) {
        const conclusion = { stream, outcome, at: this.#parts.clock.now(), since, count: 0 };
        await this.#concluded({ kind: 'concluded', conclusion });
      }
    });
  }

  async #remember(reports: readonly StreamReport[]): Promise<void> {
    const memories = new Map<string, CountedMemory>();
    const wanderers = new Map<string, WanderedFrom>();
    for (const report of reports) {
      // It has to be there for what is remembered of it to be kept.
      if (report.kind === 'appeared') await this.#appeared(report);
      if (report.kind === 'remember') memories.set(report.stream, report.memory);
      if (report.kind === 'wandered') wanderers.set(report.stream, report);
    }
    if (memories.size + wanderers.size === 0) return;
    await this.#parts.database.transaction().execute(async (store) => {
      for (const [stream, memory] of memories) await keepMemory(store, stream, JSON.stringify(memory));
      for (const [stream, { profile, wandered }] of wanderers)
        await keepWandered(store, stream, {
          ...{ profile, wandered: wandered === undefined ? null : encodeWandered(wandered, profile) },
        });
    });
  }

  async #report(report: StreamReport): Promise<void> {
    const { database, hub, logger, learning } = this.#parts;
    switch (report.kind) {
      case 'concluded':
        return this.#concluded(report);
      case 'alarm': {
        const { stream, began: at } = report.window;
        await putAlarm(database, report.window);
        return hub.publish('stream', { stream, outcome: 'alarm', at });
      }
      case 'taught':
        // Others go on meanwhile.
        void learning
          .taught(report)
          .catch((error: unknown) =>
            logger.error({ err: error, stream: report.stream }, 'nothing could be learned'),
          );
        return;
      case 'heard':
        return learning.heard(report);
      case 'unlearned':
        return learning.unlearned(report);
      case 'relation-taught':
      case 'relation-heard':
      case 'relation-alarm':
        return this.#parts.relations.heard(report);
      case 'appeared':
      case 'remember':
      case 'wandered':
        return;
    }
  }

  async #concluded({ conclusion }: StreamReport & { kind: 'concluded' }): Promise<void> {
    const { hub, logger, conclude } = this.#parts;
    const { stream, outcome, at } = conclusion;
    if (outcome === 'forged' && (await this.#hasOtherKeys(stream))) return;
    const found = await conclude(conclusion);
    if (found.length > 0)
      logger.info({ stream, outcome, findings: found.map(({ code }) => code) }, 'readings judged');
    hub.publish('stream', { stream, outcome, at });
  }

  async #appeared(report: StreamReport & { kind: 'appeared' }): Promise<void> {
    const { book, keys, learning } = this.#parts;
    const { stream, device, declaration, topic, at } = report;
    const record = { stream, device, declaration, topic, appearedAt: Math.round(at), accepts: false };
    const isNew = await book.alone(async () => {
      const declared = book.declared(declaration)?.declaration;
      // It may have been declared otherwise since.
      const isIt = book.find(stream) === undefined && declared !== undefined && isStillOf(declared, report);
      if (isIt) await book.add(record);
      return isIt;
    });
    if (!isNew) return;
    await keys.tell(record);
    await this.#parts.relations.appeared(stream);
    const { learnSeconds } = book.declarationOf(stream) ?? {};
    if (learnSeconds !== undefined) await learning.begin(stream, learnSeconds);
  }

  /** A signature that does not hold may be one by a key that was certified meanwhile: then nothing is said of it. */
  async #hasOtherKeys(stream: string): Promise<boolean> {
    const record = this.#parts.book.find(stream);
    return record !== undefined && (await this.#parts.keys.tell(record));
  }
}
