import { type Duplex, pipeline } from 'node:stream';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { type ErrorCode, KitenError } from '@kiten/codec';
import type { ReplicaChange } from './change.ts';
import type { EmitEvent } from './event.ts';
import type { ListenOptions } from './listener-kind.ts';
import type { CommonMemory } from './mesh/common-counts.ts';
import { PortStream } from './port-stream.ts';
import type { PresentedPeer } from './presented-peer.ts';
import type { GatewayCommand, GatewayReport, WorkerWay } from './worker-messages.ts';
import { Answers, type AnswersOf } from './worker-questions.ts';

/** A gateway in another thread. */
export interface GatewayClient {
  /** Sends a change. `applied` (or `change-refused`) with its sequence tells that it is enforced. */
  apply(change: ReplicaChange): void;
  /** Opens a port. @throws KitenError `gateway/listen-…` */
  listen(options: ListenOptions): Promise<{ address: string; port: number }>;
  /** Lets the gateway judge a client that another server took, and serve it: `transport` is its alone from here on. */
  admit(transport: Duplex, presented: PresentedPeer): void;
  /** Lets it work with another worker on the same port, whose client is told the other end of the way. */
  join(peer: number, way: WorkerWay): Promise<void>;
  /** Lets it count together with the other workers on the same port. */
  share(common: CommonMemory): void;
  /** Gives it a seed for keys of session tickets, the same as the others at the same place among the changes. */
  seedTickets(seed: Uint8Array): void;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (bound: { address: string; port: number }) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The site's side of a gateway worker. `receive` gets every event, in order. `who` tells who clients are, as far as
 * the worker was told to ask.
 */
export function gatewayClient(
  worker: Worker | MessagePort,
  receive: EmitEvent,
  who: AnswersOf = {},
): GatewayClient {
  const answers = new Answers(who);
  const waiting = new Map<number, Waiting>();
  let requests = 0;

  worker.on('message', (report: GatewayReport) => {
    if (report.kind === 'events') {
      for (const event of report.events) receive(event);
      return;
    }
    if (report.kind === 'question') {
      const { question } = report;
      void answers.to(report.asked).then((answer) => send({ kind: 'answer', question, answer }));
      return;
    }
    if (report.kind === 'abandoned') {
      answers.abandon(report.exchange);
      return;
    }
    const asked = waiting.get(report.request);
    waiting.delete(report.request);
    if (report.kind === 'done') asked?.resolve({ address: report.address, port: report.port });
    else asked?.reject(new KitenError(report.code as ErrorCode, report.message));
  });
  worker.on('exit', () => {
    const error = new KitenError('gateway/worker-gone', 'The gateway worker has ended.');
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });

  const send = (command: GatewayCommand, transfer: readonly MessagePort[] = []): void =>
    worker.postMessage(command, transfer);
  const ask = (
    command: (request: number) => GatewayCommand,
    transfer?: readonly MessagePort[],
  ): Promise<{ address: string; port: number }> =>
    new Promise((resolve, reject) => {
      requests++;
      waiting.set(requests, { resolve, reject });
      send(command(requests), transfer);
    });

  return {
    apply: (change) => send({ kind: 'change', change }),
    listen: (options) => ask((request) => ({ kind: 'listen', request, options })),
    admit(transport, presented) {
      const { port1, port2 } = new MessageChannel();
      const far = new PortStream(port1);
      // Whichever end breaks takes the other along; what broke it shows there.
      pipeline(transport, far, transport, () => undefined);
      send({ kind: 'admit', port: port2, presented }, [port2]);
    },
    async join(peer, way) {
      await ask((request) => ({ kind: 'join', request, peer, way }), [way.port]);
    },
    share: (common) => send({ kind: 'share', common }),
    seedTickets: (seed) => send({ kind: 'tickets', seed }),
    async close() {
      await ask((request) => ({ kind: 'close', request }));
    },
  };
}
