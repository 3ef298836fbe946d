import { cp, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Session } from '../../src/session.ts';
import {
  contents,
  described,
  type Held,
  remove,
  StoreFixture,
  temporaryDirectory,
} from '../support/store-fixture.ts';

const clients = ['x', 'y', 'z'] as const;
type Client = (typeof clients)[number];

/** What sessions and retained messages are, without any disk. */
class Model {
  readonly sessions = new Map<Client, Held>();
  readonly retained = new Map<string, string>();

  state(): unknown {
    return structuredClone({
      sessions: Object.fromEntries(this.sessions),
      retained: Object.fromEntries(this.retained),
    });
  }
}

/** Something that happens to a session, or to all; `number` picks whatever there is to be picked. */
type Step = {
  readonly kind: (typeof kinds)[number];
  readonly client: Client;
  readonly number: number;
  readonly qos: 1 | 2;
};

const kinds = [
  'publish',
  'publish',
  'publish',
  'send',
  'send',
  'acknowledge',
  'acknowledge',
  'withhold',
  'open',
  'end',
  'subscribe',
  'unsubscribe',
  'discard',
  'take QoS 2',
  'release QoS 2',
  'leave',
  'will',
  'retain',
  'clear',
  'flush',
] as const;

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(...kinds),
  client: fc.constantFrom(...clients),
  number: fc.nat(1000),
  qos: fc.constantFrom(1 as const, 2 as const),
});

/** Does the same to the store and to the model. */
async function take(store: StoreFixture, model: Model, { kind, client, number, qos }: Step): Promise<void> {
  const session = store.sessions.get(client);
  const held = model.sessions.get(client);
  if (kind === 'publish') {
    const sessions = clients
      .filter((_, index) => (number >> index) & 1)
      .flatMap((id) => store.sessions.get(id) ?? []);
    // Some are larger than a segment.
    const text = `${number}${'.'.repeat(number % 50 === 0 ? 5_000 : number % 200)}`;
    store.publish(store.message(`t/${number % 7}`, text), qos, sessions);
    for (const { clientId } of sessions)
      model.sessions.get(clientId as Client)?.waiting.push(`${qos} ${text}`);
  } else if (kind === 'retain') {
    const message = store.message(`r/${number % 5}`, `kept ${number}`, { retain: true });
    store.retained.set(message.topic, message);
    store.store.retain(message);
    store.store.settle();
    model.retained.set(message.topic, `kept ${number}`);
  } else if (kind === 'clear') {
    const topic = `r/${number % 5}`;
    if (store.retained.delete(topic)) store.store.clearRetained(topic);
    model.retained.delete(topic);
  } else if (kind === 'flush') await store.flush();
  else if (kind === 'open') {
    if (held !== undefined) return;
    store.session(client);
    model.sessions.set(client, {
      expiresAt: 5_000_000,
      unreleased: [],
      subscriptions: [],
      inFlight: [],
      waiting: [],
      will: undefined,
    });
  } else if (session !== undefined && held !== undefined) {
    await change(store, model, session, held, { kind, client, number, qos });
  }
}

async function change(
  store: StoreFixture,
  model: Model,
  session: Session,
  held: Held,
  { kind, client, number, qos }: Step,
): Promise<void> {
  const sent = held.inFlight.filter(([, awaits]) => awaits !== 'pubcomp').length;
  switch (kind) {
    case 'end':
      store.wills.delete(client);
      store.end(session);
      model.sessions.delete(client);
      return;
    case 'send': {
      if (held.waiting.length === sent) return;
      const id = await store.send(session);
      held.inFlight.push([id, held.waiting[sent]?.startsWith('2') === true ? 'pubrec' : 'puback']);
      return;
    }
    case 'acknowledge': {
      if (held.inFlight.length === 0) return;
      const index = number % held.inFlight.length;
      const [id, awaits] = held.inFlight[index] as [number, 'puback' | 'pubrec' | 'pubcomp'];
      const before = held.inFlight.slice(0, index).filter((one) => one[1] !== 'pubcomp').length;
      if (awaits !== 'pubcomp') held.waiting.splice(before, 1);
      if (awaits === 'pubrec') {
        session.received(id);
        held.inFlight[index] = [id, 'pubcomp'];
      } else {
        session.acknowledged(id, awaits);
        held.inFlight.splice(index, 1);
      }
      return;
    }
    case 'withhold': {
      if (held.waiting.length === sent) return;
      await store.load(session);
      const queued = session.backlog.shift();
      if (queued !== undefined) session.kept?.done(queued);
      held.waiting.splice(sent, 1);
      return;
    }
    case 'subscribe': {
      const subscription = {
        filter: `f/${number % 4}/#`,
        qos,
        noLocal: number % 2 === 0,
        retainAsPublished: number % 3 === 0,
        identifier: number % 5 === 0 ? undefined : number,
      };
      store.subscribe(session, subscription);
      const others = held.subscriptions.filter((text) => !text.startsWith(`${subscription.filter} `));
      held.subscriptions = [...others, described(subscription)].sort();
      return;
    }
    case 'unsubscribe': {
      const filter = `f/${number % 4}/#`;
      store.unsubscribe(session, filter);
      held.subscriptions = held.subscriptions.filter((text) => !text.startsWith(`${filter} `));
      return;
    }
    case 'discard':
      session.discardMessages();
      Object.assign(held, { waiting: [], inFlight: [], unreleased: [] });
      return;
    case 'take QoS 2':
    case 'release QoS 2': {
      const id = (number % 5) + 1;
      const others = held.unreleased.filter((each) => each !== id);
      held.unreleased = kind === 'take QoS 2' ? [...others, id].sort() : others;
      if (kind === 'take QoS 2') {
        session.unreleased.add(id);
        session.kept?.unreleased(id);
      } else if (session.unreleased.delete(id)) session.kept?.released(id);
      return;
    }
    case 'leave':
      held.expiresAt = 6_000_000 + number;
      session.expiresAt = held.expiresAt;
      session.kept?.lives();
      return;
    case 'will':
      held.will = number % 3 === 0 ? undefined : `will ${number}`;
      if (held.will === undefined) store.wills.delete(client);
      else {
        const will = { message: store.message('w', held.will), delay: 3, expiry: qos, dueAt: undefined };
        store.wills.set(client, will);
      }
      session.kept?.lives();
      return;
    default:
      return;
  }
}

it('holds what a store in memory would hold, however often it is tidied and opened anew', async () => {
  const often = fc.oneof(
    { weight: 30, arbitrary: step },
    { weight: 2, arbitrary: fc.constant('open anew' as const) },
    { weight: 2, arbitrary: fc.constant('tidy' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(often, { minLength: 20, maxLength: 200 }), async (steps) => {
      const directory = await temporaryDirectory();
      const model = new Model();
      let store = await StoreFixture.open(directory);
      try {
        for (const each of [...steps, 'open anew' as const]) {
          if (each === 'tidy') await store.store.tidy();
          else if (each !== 'open anew') await take(store, model, each);
          else {
            await store.close();
            const opened = await StoreFixture.open(directory);
            expect(await contents(opened)).toEqual(model.state());
            await opened.close();
            store = await StoreFixture.open(directory);
          }
        }
        expect([...store.errors, ...store.lost]).toEqual([]);
      } finally {
        await store.close();
        await remove(directory);
      }
    }),
    { numRuns: process.env.KITEN_LONG === '1' ? 5000 : 150 },
  );
}, 600_000);

it('holds what was on the disk, wherever the file ends', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      const directory = await temporaryDirectory();
      const model = new Model();
      const store = await StoreFixture.open(directory, 400_000);
      const [name = ''] = (await readdir(directory)).filter((each) => each.startsWith('segment-'));
      // How long the file was, and what it held, whenever something had been written.
      const held: { size: number; state: unknown }[] = [{ size: 40, state: model.state() }];
      for (const each of [...steps, { kind: 'flush', client: 'x', number: 0, qos: 1 } as const]) {
        await take(store, model, each);
        await store.flush();
        const { bytes: size } = store.store;
        if (size > (held.at(-1)?.size ?? 0)) held.push({ size, state: model.state() });
      }
      await store.close();
      const image = await temporaryDirectory();
      const at = async (size: number): Promise<unknown> => {
        await remove(image);
        await cp(directory, image, { recursive: true });
        await truncate(join(image, name), size);
        const opened = await StoreFixture.open(image, 400_000);
        try {
          return await contents(opened);
        } finally {
          await opened.close();
        }
      };
      for (const { size, state } of held) expect(await at(size)).toEqual(state);
      const [before, last] = held.slice(-2);
      if (before !== undefined && last !== undefined) {
        const spacing = Math.max(1, Math.floor((last.size - before.size) / 300));
        for (let size = before.size; size < last.size; size += spacing)
          expect(await at(size)).toEqual(before.state);
      }
      expect((await stat(join(directory, name))).size).toBe(held.at(-1)?.size);
      await remove(directory);
      await remove(image);
    }),
    { numRuns: process.env.KITEN_LONG === '1' ? 200 : 8 },
  );
}, 600_000);
