import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { steadyClock } from '@kiten/codec';
import { type GatewayWorkerData, serveGateway } from '@kiten/gateway';
import { BatchingTap } from '@kiten/measurement';

/** `feed` says where to send what is to be judged: once, and again whenever somebody else judges. */
const { feed, ...data } = workerData as GatewayWorkerData & { readonly feed?: MessagePort };

void serveGateway(parentPort as MessagePort, data, {
  taps: feed === undefined ? [] : [readingsBy(feed)],
  clock: steadyClock(() => Date.now()),
  random: (bytes) => new Uint8Array(randomBytes(bytes)),
  // Of this thread alone.
  heapUsed: () => getHeapStatistics().used_heap_size,
});

function readingsBy(port: MessagePort): BatchingTap {
  const tap = new BatchingTap({ later: (work, milliseconds) => setTimeout(work, milliseconds).unref() });
  port.on('message', (judge: { readonly tap: MessagePort }) => {
    tap.connect(judge.tap);
    // What it hears from now on keeps nobody from ending.
    judge.tap.unref();
  });
  port.unref();
  return tap;
}
