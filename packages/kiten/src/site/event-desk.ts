import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { KitenError } from '@kiten/codec';
import { publicKeyDigest } from '@kiten/identity';
import { Forwarder, type SinkStatus } from '../events/forwarder.ts';
import { openSink } from '../events/sink.ts';
import { version } from '../version.ts';
import type { Operator } from './operators.ts';
import type { Warning } from './services.ts';
import type { SiteOptions, SiteState } from './state.ts';

/** Brings what happens to those outside who are to be told. */
export class EventDesk implements AsyncDisposable {
  readonly #forwarders: readonly Forwarder[];
  readonly #stop: () => void;
  readonly #now: () => number;

  private constructor(forwarders: readonly Forwarder[], stop: () => void, now: () => number) {
    this.#forwarders = forwarders;
    this.#stop = stop;
    this.#now = now;
  }

  /** @throws KitenError `kiten/sink-url`, `kiten/webhook-secret`, `kiten/file-unreadable` */
  static async open(
    state: SiteState,
    { configuration, directory, clock, logger }: SiteOptions,
  ): Promise<EventDesk> {
    const { site, ledger, database, keys, checkpoints } = state;
    const parts = {
      site,
      version,
      host: hostname(),
      process: String(process.pid),
      now: () => clock.now(),
      read: (file: string) => read(resolve(directory, file)),
    };
    const ownKeys = new Set([keys.verifier.publicKey, keys.root].map(publicKeyDigest));
    const forwarders: Forwarder[] = [];
    for (const settings of configuration.events) {
      const sink = await openSink(settings, parts);
      forwarders.push(await Forwarder.open(sink, { ledger, database, logger, clock, ownKeys }));
    }
    const wake = () => {
      for (const forwarder of forwarders) forwarder.wake();
    };
    // What is in a signed checkpoint is told, within the second.
    checkpoints.on('published', wake);
    wake();
    return new EventDesk(
      forwarders,
      () => void checkpoints.off('published', wake),
      () => clock.now(),
    );
  }

  all(): readonly SinkStatus[] {
    return this.#forwarders.map(({ status }) => status);
  }

  /** Receivers that do not take what happens. */
  warnings(): readonly Warning[] {
    return this.all().flatMap(({ name, problem }) =>
      problem === undefined ? [] : [{ code: problem.code, message: `${name}: ${problem.message}` }],
    );
  }

  /** Sends an event that is none. @throws KitenError `kiten/not-found`, `kiten/sink-unreachable`, `kiten/sink-refused` */
  async test(name: string, operator: Operator): Promise<void> {
    const forwarder = this.#forwarders.find(({ status }) => status.name === name);
    if (forwarder === undefined)
      throw new KitenError('kiten/not-found', `No receiver of events is called ${name.slice(0, 80)}.`);
    const actor = `operator:${operator.name}`;
    await forwarder.test({
      type: 'site/test',
      at: this.#now(),
      actor,
      reason: 'A test of the receiver.',
      data: {},
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    for (const forwarder of this.#forwarders) await forwarder.close();
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError('kiten/file-unreadable', `${file} cannot be read.`, { cause });
  }
}
