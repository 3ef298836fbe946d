import { getHeapStatistics } from 'node:v8';
import { KitenError } from '@kiten/codec';
import { createGateway, type Gateway, type GatewayEvent, type ListenerKind } from '@kiten/gateway';
import { version } from '../version.ts';
import { askedToStop } from './asked-to-stop.ts';
import { print, printJson } from './output.ts';
import { systemSources } from './system.ts';

export interface BrokerOptions {
  readonly port: number;
  readonly websocket?: number;
  readonly keepAlive: number;
  readonly json?: boolean;
}

const loopback = '127.0.0.1';

/** Runs a broker that is open to this machine, until somebody asks it to stop. */
export async function runOpenBroker(options: BrokerOptions): Promise<void> {
  const asked = askedToStop();
  const gateway = createGateway({
    ...systemSources(),
    heapUsed: () => getHeapStatistics().used_heap_size,
    trustDomain: 'open.invalid',
    access: 'open',
    version: `Kiten ${version}`,
    limits: { maximumKeepAlive: options.keepAlive },
    emit: complain,
  });
  try {
    announce(options, await openAll(gateway, options));
    await asked;
  } finally {
    await gateway.close();
  }
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
    if ((cause as { code?: string }).code !== 'EADDRINUSE') throw cause;
    const message = `Port ${wanted} is taken by another program: choose another one.`;
    throw new KitenError('kiten/port-in-use', message, { cause, detail: { port: wanted } });
  }
}

function unlessAbsent(error: { code?: string }): void {
  if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error;
}

/** Clients come and go; a fault of the broker itself is worth a word. */
function complain(event: GatewayEvent): void {
  if (event.kind === 'fault') process.stderr.write(`kiten: ${event.message}\n       (${event.code})\n`);
}
