import { topicMatches } from '@kiten/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CachedDecision, DecisionCache, hashTopic } from '../src/decision-cache.ts';
import { DeviceRecord } from '../src/device-record.ts';
import { InFlightWindow } from '../src/in-flight-window.ts';
import { limitsFrom } from '../src/limits.ts';
import type { Message } from '../src/message.ts';
import { RetainedMessages } from '../src/retained.ts';
import { Session } from '../src/session.ts';
import { type Subscription, Subscriptions } from '../src/subscriptions.ts';
import { topicResource } from '../src/topic-resource.ts';

const level = fc.constantFrom('a', 'b', '', '$x', 'ab');
const topic = fc
  .array(level, { minLength: 1, maxLength: 5 })
  .map((levels) => levels.join('/'))
  .filter((text) => text !== '');
const filter = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 0, maxLength: 4 }), fc.boolean())
  .map(([levels, all]) => (all ? [...levels, '#'] : levels).join('/'))
  .filter((text) => text !== '');
const publisher = new DeviceRecord('pump-1');

function subscriptionOf(session: Session, text: string): Subscription {
  const options = { qos: 0, noLocal: false, retainAsPublished: false, identifier: undefined } as const;
  return { session, filter: text, pattern: text, group: undefined, prefix: topicResource(text), ...options };
}

describe('subscriptions', () => {
  it('match what the filters match one by one, and leave nothing when they are gone', () => {
    fc.assert(
      fc.property(
        fc.array(filter, { maxLength: 12 }),
        fc.array(topic, { maxLength: 8 }),
        (filters, topics) => {
          const subscriptions = new Subscriptions();
          const sessions = [new Session('one', publisher, 1), new Session('two', publisher, 1)];
          const held = new Map<string, Subscription>();
          for (const [index, text] of filters.entries()) {
            const session = sessions[index % 2] as Session;
            const one = subscriptionOf(session, text);
            held.set(`${session.clientId} ${text}`, one);
            subscriptions.add(one);
          }
          expect(subscriptions.size).toBe(held.size);
          for (const text of topics) {
            const expected = [...held]
              .filter(([, one]) => topicMatches(one.filter, text))
              .map(([key]) => key);
            const found = [...subscriptions.match(text)].flatMap(([{ clientId }, list]) =>
              list.map((one) => `${clientId} ${one.filter}`),
            );
            expect(found.sort()).toEqual(expected.sort());
          }
          for (const one of held.values()) subscriptions.remove(one);
          expect(subscriptions.size).toBe(0);
          expect(topics.every((text) => subscriptions.match(text).size === 0)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('move the epoch of every topic that a filter matches', () => {
    fc.assert(
      fc.property(filter, topic, (text, name) => {
        const subscriptions = new Subscriptions();
        const branch = subscriptions.epochs.branchOf(name);
        const before = subscriptions.epochs.epochOf(branch);
        subscriptions.add(subscriptionOf(new Session('one', publisher, 1), text));
        if (topicMatches(text, name)) expect(subscriptions.epochs.epochOf(branch)).toBeGreaterThan(before);
      }),
      { numRuns: 500 },
    );
  });

  it('of one device leave the epoch of another alone', () => {
    const subscriptions = new Subscriptions();
    const branch = subscriptions.epochs.branchOf('d/pump-1/t');
    const before = subscriptions.epochs.epochOf(branch);
    subscriptions.add(subscriptionOf(new Session('one', publisher, 1), 'd/pump-2/#'));
    subscriptions.add(subscriptionOf(new Session('one', publisher, 1), 'c/pump-1/#'));
    expect(subscriptions.epochs.epochOf(branch)).toBe(before);
  });
});

describe('retained messages', () => {
  const message = (name: string, text: string): Message =>
    ({ topic: name, payload: Buffer.from(text), publisher, expiresAt: undefined }) as unknown as Message;

  it('match what the filter matches', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(topic, fc.constantFrom('', 'x', 'yy')), { maxLength: 12 }),
        filter,
        (list, text) => {
          const retained = new RetainedMessages(limitsFrom());
          const model = new Map<string, string>();
          for (const [name, payload] of list) {
            expect(retained.store(message(name, payload))).toBe(true);
            if (payload === '') model.delete(name);
            else model.set(name, payload);
          }
          const expected = [...model]
            .filter(([name]) => topicMatches(text, name))
            .map(([name, payload]) => `${name} ${payload}`);
          expect(
            retained
              .match(text, 0)
              .map((one) => `${one.topic} ${one.payload}`)
              .sort(),
          ).toEqual(expected.sort());
          expect(retained.size).toBe(model.size);
          retained.sweep(0, () => true);
          expect({ size: retained.size, bytes: retained.bytes, of: publisher.retainedMessages }).toEqual({
            size: 0,
            bytes: 0,
            of: 0,
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the window of messages in flight', () => {
  it('gives identifiers that are not in use, and takes back only those that are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat(60), { maxLength: 400 }),
        (limit, steps) => {
          const window = new InFlightWindow(limit);
          const used: number[] = [];
          for (const step of steps) {
            if (step < 35) {
              const id = window.take('puback', undefined);
              expect(id === 0).toBe(used.length === limit);
              if (id === 0) continue;
              expect(used).not.toContain(id);
              expect(id).toBeLessThanOrEqual(65_535);
              used.push(id);
            } else if (used.length > 0) {
              const [id] = used.splice(step % used.length, 1);
              expect(window.release(id as number, 'pubrec')).toBe(false);
              expect(window.release(id as number, 'puback')).toBe(true);
              expect(window.release(id as number, 'puback')).toBe(false);
            }
            expect(window.entries().map(({ id }) => id)).toEqual(used);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('goes round without 0 and without what is still in use', () => {
    const window = new InFlightWindow(3);
    const stuck = window.take('puback', undefined);
    for (let index = 0; index < 70_000; index++) {
      const id = window.take('puback', undefined);
      expect(id === 0 || id === stuck).toBe(false);
      window.release(id, 'puback');
    }
    expect(window.size).toBe(1);
  });
});

describe('the cache of decisions', () => {
  const decision = (text: string, hash: number, retain = false): CachedDecision =>
    new CachedDecision({
      hash,
      retain,
      bytes: Buffer.from(text),
      topic: topicResource(text),
      recipients: [],
      rules: [],
    } as never);

  it('never takes one topic for another, even if their hashes are equal', () => {
    const cache = new DecisionCache(2048);
    cache.store(decision('a/b', 7));
    const look = (text: string, hash: number, retain = false) =>
      cache.find(Buffer.from(text), 0, text.length, hash, retain)?.topic.path;
    expect(look('a/b', 7)).toBe('a/b');
    expect([look('a/c', 7), look('a/bb', 7), look('a', 7), look('a/b', 8), look('a/b', 7, true)]).toEqual(
      Array(5).fill(undefined),
    );
  });

  it('holds a thousand topics, and stays within its bound with a hundred thousand', () => {
    const cache = new DecisionCache(2048);
    const names = Array.from({ length: 100_000 }, (_, index) => `d/pump-1/s${index}`);
    const hold = (text: string): void =>
      cache.store(decision(text, hashTopic(Buffer.from(text), 0, text.length)));
    const held = (list: readonly string[]): number =>
      list.filter((text) =>
        cache.find(Buffer.from(text), 0, text.length, hashTopic(Buffer.from(text), 0, text.length), false),
      ).length;
    for (const text of names.slice(0, 1000)) hold(text);
    for (const text of names.slice(0, 1000)) hold(text);
    expect(held(names.slice(0, 1000))).toBeGreaterThan(995);
    for (const text of names) hold(text);
    expect(held(names)).toBeLessThanOrEqual(2048);
  });

  it.each([1, 2, 4, 8])('may hold no more than %i decisions, the last of them in any case', (bound) => {
    const cache = new DecisionCache(bound);
    const names = Array.from({ length: 50 }, (_, index) => `d/pump-1/s${index}`);
    const find = (text: string) =>
      cache.find(Buffer.from(text), 0, text.length, hashTopic(Buffer.from(text), 0, text.length), false);
    for (const text of names) {
      cache.store(decision(text, hashTopic(Buffer.from(text), 0, text.length)));
      expect(find(text)?.topic.path).toBe(text);
    }
    expect(names.filter((text) => find(text) !== undefined).length).toBeLessThanOrEqual(bound);
  });
});
