import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { type MessagePort, Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import {
  type AnswersOf,
  type GatewayClient,
  type GatewayCrew,
  type GatewayEvent,
  type GatewayWorkerData,
  gatewayClient,
  gatewayCrew,
  type ListenerKind,
  type Notice,
  type PayloadRule,
  type PresentedPeer,
  type ReplicaChange,
  type ReplicaDevice,
  type Saying,
  type TlsMaterial,
} from '@kiten/gateway';
import type { PolicySetJson } from '@kiten/policy';
import { workerUrl } from '../workers/worker-url.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import { findingsInForce, trustInForce } from './held-fall.ts';
import { namingPort } from './local-listener.ts';
import type { StreamTrusts } from './measurement/stream-trust.ts';

type Unnumbered<T> = T extends unknown ? Omit<T, 'sequence'> : never;

/** Workers that ended by themselves within a minute, beyond which it is no use to start others. */
const MOST_ENDED = 5;
const MINUTE = 60_000;

export interface GatewayLinkParts {
  readonly data: GatewayWorkerData;
  /** Threads that share the ports. */
  readonly workers: number;
  /** What tells a worker that starts where to send what it sees of readings. */
  readonly feed: () => MessagePort;
  readonly heard: (event: GatewayEvent) => void;
  readonly who: AnswersOf;
  /** Tells a worker that starts later, by the methods of the link, all that the others were told. */
  readonly tellEverything: () => void;
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
}

/** The gateway's workers as the site sees them: changes go in, in order, and events come out. */
export class GatewayLink {
  readonly #parts: GatewayLinkParts;
  readonly #workers: Worker[];
  readonly #client: Omit<GatewayClient, 'join' | 'share' | 'seedTickets'>;
  readonly #crew: GatewayCrew | undefined;
  /** Resolves with the reason if the gateway ends by itself. */
  readonly failed: Promise<Error>;
  #fail: (reason: Error) => void = () => undefined;
  /** The one worker that is told something alone. */
  #alone: ((change: ReplicaChange) => void) | undefined;
  #ended: readonly number[] = [];
  #sequence = 0;
  #stopping = false;

  constructor(parts: GatewayLinkParts) {
    this.#parts = parts;
    const { workers: count, heard, who, random } = parts;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    this.#workers = Array.from({ length: count }, (_, index) => this.#start(index));
    const [first] = this.#workers as [Worker];
    this.#crew = count > 1 ? gatewayCrew(this.#workers, heard, random, who) : undefined;
    this.#client = this.#crew ?? gatewayClient(first, heard, who);
  }

  #start(index: number): Worker {
    const { data, who, workers: count } = this.#parts;
    const { storeDirectory, ...rest } = data;
    const feed = this.#parts.feed();
    const workerData: GatewayWorkerData & { readonly feed: MessagePort } = {
      ...rest,
      feed,
      // What outlives connections is the first one's.
      ...(index === 0 ? { storeDirectory } : {}),
      ...(count > 1 ? { worker: { index, count } } : {}),
      asksPasswords: who.verifyPassword !== undefined,
      asksMethods: (who.authenticators ?? []).map(({ method }) => method),
    };
    const worker = new Worker(workerUrl('gateway-worker'), { workerData, transferList: [feed] });
    let reason: Error | undefined;
    worker.on('error', (error: Error) => {
      reason = error;
    });
    worker.on('exit', (code) => {
      if (this.#stopping) return;
      const message = `The gateway ended by itself (${code}).`;
      this.#replace(index, reason ?? new KitenError('kiten/gateway-failed', message));
    });
    return worker;
  }

  /** One of several workers that ended is started anew; if it goes on like that, or was the only one, it is over. */
  #replace(index: number, reason: Error): void {
    const now = this.#parts.now();
    this.#ended = [...this.#ended.filter((at) => now - at < MINUTE), now];
    if (this.#crew === undefined || this.#ended.length > MOST_ENDED) {
      this.#fail(reason);
      return;
    }
    const message = `Gateway worker ${index} ended by itself, and another one takes its place: ${reason.message}`;
    this.#parts.heard({ kind: 'fault', code: 'kiten/gateway-worker-ended', message, at: now });
    const worker = this.#start(index);
    this.#workers[index] = worker;
    const replaced = this.#crew.replace(index, worker, now, (apply) => {
      this.#alone = apply;
      this.#parts.tellEverything();
      this.#alone = undefined;
    });
    replaced.catch((error: Error) => {
      // One that ends before it is there has its own turn.
      if (this.#workers[index] === worker && worker.threadId !== -1) this.#fail(error);
    });
  }

  /**
   * Opens the port on all hosts, once the gateway has its certificate.
   *
   * @param setting the table of kiten.toml in which `port` is set
   * @returns the port
   * @throws KitenError `kiten/port-in-use`
   */
  async listen(
    { kind, setting }: { readonly kind: ListenerKind; readonly setting: string },
    [first = '127.0.0.1', ...others]: readonly string[],
    port: number,
  ): Promise<number> {
    const open = (host: string, at: number) => this.#client.listen({ kind, host, port: at });
    const bound = await namingPort(setting, port, () => open(first, port));
    for (const host of others) await leavingOutAbsent(() => open(host, bound.port));
    return bound.port;
  }

  /** Hands a client over that came by another door. */
  admit(transport: Duplex, presented: PresentedPeer): void {
    this.#client.admit(transport, presented);
  }

  policies(policies: PolicySetJson): void {
    this.#send({ kind: 'policies', policies });
  }

  payloadRules(rules: readonly PayloadRule[]): void {
    this.#send({ kind: 'payload-rules', rules });
  }

  tls(tls: TlsMaterial): void {
    this.#send({ kind: 'tls', tls });
  }

  device(device: DeviceRecord, book: Pick<DeviceBook, 'mode' | 'groupsOf'>, trusts: StreamTrusts): void {
    this.#send({ kind: 'device', device: replicaOf(device, book, trusts) });
  }

  /** Which messages are readings. */
  streams({ patterns }: StreamTrusts): void {
    this.#send({ kind: 'streams', patterns });
  }

  notice(notice: Notice): void {
    this.#send({ kind: 'notice', notice });
  }

  /** What the site says to a device on a topic of theirs. */
  say(saying: Saying): void {
    this.#send({ kind: 'saying', saying });
  }

  /** Ends the connections of a device; what it may do stays as it is. */
  sever(device: string, reason: string): void {
    this.#send({ kind: 'sever', device, reason });
  }

  heartbeat(at: number): void {
    this.#send({ kind: 'heartbeat', at });
  }

  #send(change: Unnumbered<ReplicaChange>): void {
    const numbered: ReplicaChange = { sequence: ++this.#sequence, ...change };
    if (this.#alone === undefined) this.#client.apply(numbered);
    else this.#alone(numbered);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const exited = this.#workers.map((worker) => (worker.threadId === -1 ? undefined : once(worker, 'exit')));
    await this.#client.close();
    await Promise.all(exited);
  }
}

/** An address family that this machine lacks is no reason not to serve the other. */
async function leavingOutAbsent(open: () => Promise<unknown>): Promise<void> {
  try {
    await open();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== 'gateway/listen-eaddrnotavail' && code !== 'gateway/listen-eafnosupport') throw error;
  }
}

function replicaOf(
  device: DeviceRecord,
  book: Pick<DeviceBook, 'mode' | 'groupsOf'>,
  trusts: StreamTrusts,
): ReplicaDevice {
  const { id, standing, verdict, certificates, password } = device;
  const { vector, overdue } = trustInForce(device).verdict;
  return {
    id,
    groups: book.groupsOf(device),
    standing,
    vector,
    overdue,
    ...trusts.of(findingsInForce(device)),
    mode: book.mode(device),
    epoch: verdict.epoch,
    revokedSerials: certificates
      .filter(({ revokedAt }) => revokedAt !== undefined)
      .map(({ serial }) => serial),
    ...(password === undefined ? {} : { password: password.credential }),
  };
}
