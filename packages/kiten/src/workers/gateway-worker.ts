import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { steadyClock } from '@kiten/codec';
import { type GatewayWorkerData, serveGateway } from '@kiten/gateway';
import { BatchingTap, SamplingTap } from '@kiten/measurement';
import type { MessageTap } from '@kiten/trust';

/** `feed` says where to send what is to be judged: once, and again whenever somebody else judges. */
const { feed, ...data } = workerData as GatewayWorkerData & { readonly feed?: MessagePort };

void serveGateway(parentPort as MessagePort, data, {
  taps: feed === undefined ? [] : readingsBy(feed),
  clock: steadyClock(() => Date.now()),
  random: (bytes) => new Uint8Array(randomBytes(bytes)),
  // Of this thread alone.
  heapUsed: () => getHeapStatistics().used_heap_size,
});

function readingsBy(port: MessagePort): readonly MessageTap[] {
  const later = (work: () => void, milliseconds: number) => setTimeout(work, milliseconds).unref();
  const declared = new BatchingTap({ later });
  const sampled = new SamplingTap({ later, wake: () => port.postMessage('wake') });
  port.on('message', ({ tap }: { readonly tap: MessagePort }) => {
    declared.connect(tap);
    sampled.connect(tap);
    // What it hears from now on keeps nobody from ending.
    tap.unref();
  });
  port.unref();
  return [declared, sampled];
}
