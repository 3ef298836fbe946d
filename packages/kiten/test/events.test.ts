import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApi } from './api-fixture.ts';

interface Told {
  readonly id?: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A reader of server-sent events that stops when it has heard enough. */
async function read(api: string, token: string, lastEventId?: string) {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(`${api}/events`, { headers, agent: false }, resolve).on('error', reject);
    onTestFinished(() => void request.destroy());
  });
  response.on('error', () => response.destroyed);
  let text = '';
  const told: Told[] = [];
  let heard: () => void = () => undefined;
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const fields = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      text = text.slice(end + 2);
      const [id, event, data] = [fields.get('id'), fields.get('event'), fields.get('data')];
      if (event !== undefined && data !== undefined)
        told.push({ ...(id === undefined ? {} : { id }), event, data: JSON.parse(data) });
    }
    heard();
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    told,
    async next(count: number): Promise<readonly Told[]> {
      while (told.length < count)
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      return told;
    },
    close: () => void response.destroy(),
  };
}

describe('the stream of events', () => {
  async function listening() {
    const site = await openApi();
    return { ...site, address: await site.listen(), token: await site.operator('viewer') };
  }

  it('tells what happens as it happens', async () => {
    const { address, token, admit, hub } = await listening();
    const reader = await read(address, token);
    expect(reader.status).toBe(200);
    expect(reader.headers['content-type']).toMatch(/^text\/event-stream/);
    expect(reader.headers['cache-control']).toBe('no-store');
    expect(reader.headers['x-content-type-options']).toBe('nosniff');
    while (hub.listeners === 0) await new Promise((resolve) => setImmediate(resolve));
    await admit('pump-1');
    const told = await reader.next(5);
    expect(told.map(({ event, data }) => `${event} ${data.type ?? data.device}`)).toEqual([
      'log token/created',
      'log device/enrolled',
      'log finding/recorded',
      'log verdict/issued',
      'device pump-1',
    ]);
    expect(told.map(({ id }) => id)).toEqual(['run-1.1', 'run-1.2', 'run-1.3', 'run-1.4', 'run-1.5']);
  });

  it('goes on for a reader where it stopped, without a gap', async () => {
    const { address, token, hub } = await listening();
    for (const n of [1, 2, 3]) hub.publish('tick', { n });
    const reader = await read(address, token, 'run-1.1');
    await reader.next(2);
    hub.publish('tick', { n: 4 });
    expect((await reader.next(3)).map(({ data }) => data.n)).toEqual([2, 3, 4]);
  });

  it('tells a reader that comes with an id it does not know to begin anew', async () => {
    const { address, token, hub } = await listening();
    hub.publish('tick', { n: 1 });
    for (const lastEventId of ['run-0.1', 'run-1.99', 'run-1.-1', 'run-1.x', 'nonsense']) {
      const reader = await read(address, token, lastEventId);
      hub.publish('tick', { n: 2 });
      const told = await reader.next(2);
      expect(
        told.map(({ event }) => event),
        lastEventId,
      ).toEqual(['reset', 'tick']);
    }
  });

  it('keeps no listener of a reader that went away', async () => {
    const { address, token, hub } = await listening();
    const reader = await read(address, token);
    while (hub.listeners === 0) await new Promise((resolve) => setImmediate(resolve));
    reader.close();
    while (hub.listeners > 0) await new Promise((resolve) => setImmediate(resolve));
    hub.publish('tick', { n: 1 });
    expect(reader.told).toEqual([]);
  });

  it('cuts a reader that does not read, and goes on for the others', async () => {
    const { address, token, hub } = await listening();
    const idle = await new Promise<IncomingMessage>((resolve) => {
      get(`${address}/events`, { headers: { authorization: `Bearer ${token}` }, agent: false }, resolve);
    });
    idle.pause();
    idle.on('error', () => idle.destroyed);
    onTestFinished(() => void idle.destroy());
    const reader = await read(address, token);
    while (hub.listeners < 2) await new Promise((resolve) => setImmediate(resolve));
    const text = 'x'.repeat(200_000);
    for (let n = 1; n <= 400 && hub.listeners === 2; n++) {
      hub.publish('tick', { n, text });
      await reader.next(n);
    }
    expect(hub.listeners).toBe(1);
    const count = reader.told.length;
    hub.publish('tick', { n: 'last' });
    expect((await reader.next(count + 1)).at(-1)?.data.n).toBe('last');
  });
});
