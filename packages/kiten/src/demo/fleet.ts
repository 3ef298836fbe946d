import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { RunningSite } from '../site/site.ts';
import type { FleetOrders } from '../workers/fleet-worker.ts';
import { workerUrl } from '../workers/worker-url.ts';
import { roster } from './roster.ts';

export interface Fleet {
  readonly size: number;
  stop(): Promise<void>;
}

/** What happens by itself, so that there is something to see: seconds after the start. */
const story = [
  {
    after: 25,
    order: 'steal-key',
    told: 'Somebody uses a copy of door-east’s key from another address. See: {kiten} verdict show door-east',
  },
  {
    after: 50,
    order: 'probe',
    told: 'Something on meter-2 tries to command other devices. See: {kiten} verdict show meter-2',
  },
] as const;

/** Brings a fleet of real MQTT clients to a site: each makes its key, enrols and publishes. */
export async function startFleet(site: RunningSite, tell: (line: string) => void): Promise<Fleet> {
  const tokens: Record<string, string> = {};
  for (const { id, kind } of roster) tokens[id] = await site.enrolmentToken(id, kind);
  const orders: FleetOrders = {
    est: site.addresses.device,
    mqtts: site.addresses.mqtts,
    ca: await readFile(site.ca, 'utf8'),
    tokens,
  };
  const worker = new Worker(workerUrl('fleet-worker'), { workerData: orders });
  await once(worker, 'message');
  const timers = story.map(({ after, order, told }) =>
    setTimeout(() => {
      worker.postMessage(order);
      tell(told.replace(/\{kiten\}(.*)/, `npx kiten$1 --data ${site.directory}`));
    }, after * 1000),
  );
  return {
    size: roster.length,
    async stop() {
      for (const timer of timers) clearTimeout(timer);
      const exited = once(worker, 'exit');
      worker.postMessage('stop');
      await exited;
    },
  };
}
