import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { steadyClock } from '@kiten/codec';
import { type GatewayWorkerData, serveGateway } from '@kiten/gateway';
import { BatchingTap } from '@kiten/measurement';

const { tap, ...data } = workerData as GatewayWorkerData & { readonly tap?: MessagePort };

void serveGateway(parentPort as MessagePort, data, {
  taps: tap === undefined ? [] : [readingsTo(tap)],
  clock: steadyClock(() => Date.now()),
  random: (bytes) => new Uint8Array(randomBytes(bytes)),
  // Of this thread alone.
  heapUsed: () => getHeapStatistics().used_heap_size,
});

function readingsTo(port: MessagePort): BatchingTap {
  const tap = new BatchingTap({
    port,
    later: (work, milliseconds) => setTimeout(work, milliseconds).unref(),
  });
  // What it hears from now on keeps nobody from ending.
  port.unref();
  return tap;
}
