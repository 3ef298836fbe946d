import { randomBytes } from 'node:crypto';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { steadyClock } from '@kiten/codec';
import { type GatewayWorkerData, serveGateway } from '@kiten/gateway';

void serveGateway(parentPort as MessagePort, workerData as GatewayWorkerData, {
  clock: steadyClock(() => Date.now()),
  random: (bytes) => new Uint8Array(randomBytes(bytes)),
});
