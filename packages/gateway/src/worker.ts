/** The entry of a gateway worker: the one place of this package that touches the process's clock and randomness. */
import { randomBytes } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { steadyClock } from '@kiten/codec';
import type { GatewayWorkerData } from './worker-messages.ts';
import { serveGateway } from './worker-port.ts';

serveGateway(parentPort as MessagePort, workerData as GatewayWorkerData, {
  clock: steadyClock(() => Date.now()),
  random: (bytes) => randomBytes(bytes),
});
