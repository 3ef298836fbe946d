import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { steadyClock } from '@kiten/codec';
import { type GatewayWorkerData, serveGateway } from '@kiten/gateway';

void serveGateway(parentPort as MessagePort, workerData as GatewayWorkerData, {
  clock: steadyClock(() => Date.now()),
  random: (bytes) => new Uint8Array(randomBytes(bytes)),
  // Of this thread alone.
  heapUsed: () => getHeapStatistics().used_heap_size,
});
