/** A gateway worker for tests and benchmarks: the site brings its own. */
import { randomBytes } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { steadyClock } from '@kiten/codec';
import type { GatewayWorkerData } from '../../src/worker-messages.ts';
import { serveGateway } from '../../src/worker-port.ts';

void serveGateway(parentPort as MessagePort, workerData as GatewayWorkerData, {
  clock: steadyClock(() => Date.now()),
  random: (bytes) => randomBytes(bytes),
});
