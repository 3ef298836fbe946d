import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import {
  type AnswersOf,
  type GatewayClient,
  type GatewayEvent,
  type GatewayWorkerData,
  gatewayClient,
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
import { trustInForce } from './held-fall.ts';
import { namingPort } from './local-listener.ts';

type Unnumbered<T> = T extends unknown ? Omit<T, 'sequence'> : never;

/** The gateway's worker as the site sees it: changes go in, in order, and events come out. */
export class GatewayLink {
  readonly #worker: Worker;
  readonly #client: GatewayClient;
  /** Resolves with the reason if the worker ends by itself. */
  readonly failed: Promise<Error>;
  #sequence = 0;
  #stopping = false;

  constructor(data: GatewayWorkerData, heard: (event: GatewayEvent) => void, who: AnswersOf = {}) {
    const workerData: GatewayWorkerData = {
      ...data,
      asksPasswords: who.verifyPassword !== undefined,
      asksMethods: (who.authenticators ?? []).map(({ method }) => method),
    };
    this.#worker = new Worker(workerUrl('gateway-worker'), { workerData });
    this.#client = gatewayClient(this.#worker, heard, who);
    this.failed = new Promise((resolve) => {
      this.#worker.on('error', resolve);
      this.#worker.on('exit', (code) => {
        if (!this.#stopping)
          resolve(new KitenError('kiten/gateway-failed', `The gateway ended by itself (${code}).`));
      });
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

  device(device: DeviceRecord, book: Pick<DeviceBook, 'mode' | 'groupsOf'>): void {
    this.#send({ kind: 'device', device: replicaOf(device, book) });
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
    this.#client.apply({ sequence: ++this.#sequence, ...change });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const exited = once(this.#worker, 'exit');
    await this.#client.close();
    await exited;
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

function replicaOf(device: DeviceRecord, book: Pick<DeviceBook, 'mode' | 'groupsOf'>): ReplicaDevice {
  const { id, standing, verdict, certificates, password } = device;
  const { vector, overdue } = trustInForce(device).verdict;
  return {
    id,
    groups: book.groupsOf(device),
    standing,
    vector,
    overdue,
    mode: book.mode(device),
    epoch: verdict.epoch,
    revokedSerials: certificates
      .filter(({ revokedAt }) => revokedAt !== undefined)
      .map(({ serial }) => serial),
    ...(password === undefined ? {} : { password: password.credential }),
  };
}
