import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawClient } from '../support/raw-client.ts';
import { ThreadCrew } from '../support/thread-crew.ts';

const count = 2;
let crew: ThreadCrew;
let port: number;
const clients: RawClient[] = [];

beforeEach(async () => {
  crew = new ThreadCrew({ trustDomain: 'open.invalid', access: 'open' }, count);
  ({ port } = await crew.crew.listen({ kind: 'plain', host: '127.0.0.1', port: 0 }));
});
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.destroy();
  await crew.stop();
});

async function client(id: string, options: Parameters<RawClient['connect']>[1] = {}): Promise<RawClient> {
  const opened = await RawClient.open(port, 5);
  clients.push(opened);
  await opened.connect(id, options);
  return opened;
}

async function arrived(at: RawClient, many: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < many) found.push((await at.next('publish')).payload.toString());
  return found;
}

describe('workers in threads, on one port', () => {
  it('bring what any client publishes to whoever subscribes, in order', async () => {
    const subscribers = await Promise.all(Array.from({ length: 12 }, (_, index) => client(`s${index}`)));
    for (const subscriber of subscribers) await subscriber.subscribe('t/#', { qos: 1 });
    const publishers = await Promise.all(Array.from({ length: 6 }, (_, index) => client(`p${index}`)));
    const texts = (id: number) => Array.from({ length: 50 }, (_, number) => `${id}-${number}`);
    for (const [id, publisher] of publishers.entries())
      for (const text of texts(id)) publisher.publish(`t/${id}`, text, { qos: id % 2 === 0 ? 0 : 1 });
    for (const subscriber of subscribers) {
      const found = await arrived(subscriber, 300);
      for (const id of publishers.keys())
        expect(found.filter((text) => text.startsWith(`${id}-`))).toEqual(texts(id));
    }
  });

  it('let one client at a time have an id, whichever of them it comes to', async () => {
    let before: RawClient | undefined;
    for (let turn = 0; turn < 20; turn++) {
      const now = await client('one', { cleanStart: turn % 3 !== 0 });
      if (before !== undefined) expect((await before.next('disconnect')).reasonCode).toBe(0x8e);
      before = now;
    }
  });
});
