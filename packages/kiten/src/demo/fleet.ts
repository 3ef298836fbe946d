import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { openClient } from '../cli/client.ts';
import type { RunningSite } from '../site/site.ts';
import type { Chapter } from '../site/story-board.ts';
import { workerUrl } from '../workers/worker-url.ts';
import type { FleetOrder, FleetOrders } from './orders.ts';
import { controlRoom, kinds, roster } from './roster.ts';
import { playStory } from './story.ts';

export interface Fleet {
  readonly size: number;
  /** Rejects if the story cannot go on. */
  readonly story: Promise<void>;
  stop(): Promise<void>;
}

/**
 * Brings a fleet of real MQTT clients to a site: each makes its key, enrols and publishes. Then the story begins,
 * with `pace` seconds between its chapters if that is given.
 */
export async function startFleet(
  site: RunningSite,
  tell: (chapter: Chapter) => void,
  pace?: number,
): Promise<Fleet> {
  const client = await openClient({ data: site.directory }, {});
  for (const group of [...kinds, controlRoom.group])
    await client.send('PUT', `/groups/${group}`, { required: ['instance-identity'] });
  const tokens: Record<string, string> = {};
  const members = [...roster.map(({ id, kind }) => ({ id, group: kind })), controlRoom];
  for (const { id: device, group } of members)
    tokens[device] = (await client.send<{ token: string }>('POST', '/tokens', { device, group })).token;
  const files = join(site.directory, 'fleet');
  const orders: FleetOrders = {
    est: site.addresses.device,
    mqtts: site.addresses.mqtts,
    ca: await readFile(site.ca, 'utf8'),
    tokens,
    files,
  };
  const worker = new Worker(workerUrl('fleet-worker'), { workerData: orders });
  await once(worker, 'message');
  const order = (one: FleetOrder): void => worker.postMessage(one);
  const ending = new AbortController();
  const story = playStory({ site, client, order, files, tell, pace, signal: ending.signal }).catch(
    (error: unknown) => {
      if (!ending.signal.aborted) throw error;
    },
  );
  return {
    size: roster.length,
    story,
    async stop() {
      ending.abort();
      const exited = once(worker, 'exit');
      order({ do: 'stop' });
      await exited;
    },
  };
}
