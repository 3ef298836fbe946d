import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { KitenError } from '@kiten/codec';
import {
  createGateway,
  type GatewayClient,
  type GatewayEvent,
  type GatewayWorkerData,
  gatewayCrew,
  type ListenerKind,
} from '@kiten/gateway';
import { version } from '../version.ts';
import { workerUrl } from '../workers/worker-url.ts';
import { askedToStop } from './asked-to-stop.ts';
import { print, printJson } from './output.ts';
import { systemSources } from './system.ts';

export interface BrokerOptions {
  readonly port: number;
  readonly websocket?: number;
  readonly keepAlive: number;
  /** Threads that share the port. */
  readonly workers: number;
  readonly json?: boolean;
}

const loopback = '127.0.0.1';

/** Runs a broker that is open to this machine, until somebody asks it to stop. */
export async function runOpenBroker(options: BrokerOptions): Promise<void> {
  const asked = askedToStop();
  const { gateway, failed } = options.workers > 1 ? startWorkers(options) : startHere(options);
  try {
    announce(options, await Promise.race([openAll(gateway, options), failed]));
    await Promise.race([asked, failed]);
  } finally {
    await gateway.close();
  }
}

/** As much of it as this needs. */
type Gateway = Pick<GatewayClient, 'listen' | 'close'>;

interface Started {
  readonly gateway: Gateway;
  /** Rejects if part of it ends by itself. */
  readonly failed: Promise<never>;
}

function settingsOf({ keepAlive }: BrokerOptions) {
  const limits = { maximumKeepAlive: keepAlive };
  return { trustDomain: 'open.invalid', access: 'open', version: `Kiten ${version}`, limits } as const;
}

function startHere(options: BrokerOptions): Started {
  const gateway = createGateway({
    ...systemSources(),
    ...settingsOf(options),
    heapUsed: () => getHeapStatistics().used_heap_size,
    emit: complain,
  });
  return { gateway, failed: new Promise(() => undefined) };
}

function startWorkers(options: BrokerOptions): Started {
  const { workers: count } = options;
  const workers = Array.from({ length: count }, (_, index) => {
    const workerData: GatewayWorkerData = { ...settingsOf(options), worker: { index, count } };
    return new Worker(workerUrl('gateway-worker'), { workerData });
  });
  let isClosing = false;
  const failed = new Promise<never>((_, reject) => {
    for (const worker of workers) {
      worker.on('error', reject);
      worker.on('exit', (code) => {
        if (!isClosing) reject(new KitenError('kiten/gateway-failed', `A worker ended by itself (${code}).`));
      });
    }
  });
  failed.catch(() => undefined);
  const crew = gatewayCrew(workers, complain, (bytes) => randomBytes(bytes));
  const gateway: Gateway = {
    listen: (where) => crew.listen(where),
    async close() {
      isClosing = true;
      await crew.close();
    },
  };
  return { gateway, failed };
}

interface Where {
  readonly mqtt: string;
  readonly websocket?: string;
}

async function openAll(gateway: Gateway, { port, websocket }: BrokerOptions): Promise<Where> {
  const mqtt = await open(gateway, 'plain', port);
  return websocket === undefined
    ? { mqtt }
    : { mqtt, websocket: await open(gateway, 'websocket', websocket) };
}

function announce({ json }: BrokerOptions, { mqtt, websocket }: Where): void {
  if (json === true) {
    printJson({ event: 'ready', mqtt, ...(websocket === undefined ? {} : { websocket }) });
    return;
  }
  print(`An open broker listens at ${mqtt}, for this machine only. Ctrl-C ends it.`);
  if (websocket !== undefined) print(`MQTT over WebSocket: ws://${websocket}`);
}

/** On both families of this machine's loopback, where it has both. */
async function open(gateway: Gateway, kind: ListenerKind, wanted: number): Promise<string> {
  try {
    const { port } = await gateway.listen({ kind, host: loopback, port: wanted });
    await gateway.listen({ kind, host: '::1', port }).catch(unlessAbsent);
    return `${loopback}:${port}`;
  } catch (cause) {
    if (!codesOf('EADDRINUSE').includes(codeOf(cause))) throw cause;
    const message = `Port ${wanted} is taken by another program: choose another one.`;
    throw new KitenError('kiten/port-in-use', message, { cause, detail: { port: wanted } });
  }
}

function unlessAbsent(error: unknown): void {
  if (![...codesOf('EADDRNOTAVAIL'), ...codesOf('EAFNOSUPPORT')].includes(codeOf(error))) throw error;
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? '';
}

/** What the system says, here and from another thread. */
function codesOf(code: string): readonly string[] {
  return [code, `gateway/listen-${code.toLowerCase()}`];
}

/** Clients come and go; a fault of the broker itself is worth a word. */
function complain(event: GatewayEvent): void {
  if (event.kind === 'fault') process.stderr.write(`kiten: ${event.message}\n       (${event.code})\n`);
}
