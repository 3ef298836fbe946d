import type { MessageTap, TappedMessage } from '@kiten/trust';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { device, eventually, Harness } from './support/harness.ts';
import type { RawClient } from './support/raw-client.ts';

type Seen = Omit<TappedMessage, 'payload' | 'at'> & { readonly text: string };

/** Wants what it is told to want, and notes what it sees. */
class NotingTap {
  filters: readonly string[] = ['d/+/t'];
  readonly seen: Seen[] = [];
  wants: NonNullable<MessageTap['wants']> = () => true;
  #changed: () => void = () => undefined;

  follow(changed: () => void): void {
    this.#changed = changed;
  }

  want(...filters: readonly string[]): void {
    this.filters = filters;
    this.#changed();
  }

  see({ payload, at: _, ...rest }: TappedMessage): void {
    this.seen.push({ ...rest, text: Buffer.from(payload).toString() });
  }
}

let tap: NotingTap;
let harness: Harness;
let pump: RawClient;
beforeEach(async () => {
  tap = new NotingTap();
  harness = await Harness.start({ taps: [tap] });
  pump = await harness.client('pump-1');
});
afterEach(() => harness.stop());

const texts = (): readonly string[] => tap.seen.map(({ text }) => text);

describe('a tap', () => {
  it('sees what devices publish to its topics, whatever the QoS, and nothing else', async () => {
    pump.publish('d/pump-1/t', 'zero');
    pump.publish('d/pump-1/t', 'zero again');
    await pump.publishAcknowledged('d/pump-1/t', 'one');
    await pump.publishAcknowledged('d/pump-1/t', 'one again');
    await pump.publishAcknowledged('d/pump-1/other', 'elsewhere');
    await pump.publishAcknowledged('d/pump-1/t', 'kept', { retain: true });
    await eventually(() => tap.seen.length === 5);
    expect(texts()).toEqual(['zero', 'zero again', 'one', 'one again', 'kept']);
    expect(tap.seen[0]).toEqual({
      ...{ publisher: { kind: 'device', id: 'pump-1' }, topic: 'd/pump-1/t', text: 'zero' },
      ...{ retain: false, duplicate: false, passed: true },
    });
    expect(tap.seen[4]).toMatchObject({ retain: true });
  });

  it('is not shown what it does not want now', async () => {
    tap.wants = () => false;
    pump.publish('d/pump-1/t', 'zero');
    await pump.publishAcknowledged('d/pump-1/t', 'one');
    tap.wants = ({ id }) => id === 'pump-1';
    await pump.publishAcknowledged('d/pump-1/t', 'two');
    await eventually(() => tap.seen.length > 0);
    expect(texts()).toEqual(['two']);
  });

  it('is told what a publisher sends again', async () => {
    await pump.publishAcknowledged('d/pump-1/t', 'first');
    await pump.publishAcknowledged('d/pump-1/t', 'again', { dup: true });
    expect(tap.seen.map(({ duplicate }) => duplicate)).toEqual([false, true]);
  });

  it('sees other topics from the moment that it wants them', async () => {
    await pump.publishAcknowledged('d/pump-1/other', 'before');
    tap.want('d/+/other');
    await pump.publishAcknowledged('d/pump-1/other', 'after');
    await pump.publishAcknowledged('d/pump-1/t', 'no more');
    expect(texts()).toEqual(['after']);
  });

  it('sees what is refused to the device whose topic it is, and not what others try to say there', async () => {
    await pump.publishAcknowledged('d/pump-1/t', 'passes');
    harness.set(device('pump-1', { vector: { 'sourced-data': -110 } }));
    const fallen = await harness.client('pump-1');
    expect(await fallen.publishAcknowledged('d/pump-1/t', 'refused')).toMatchObject({ reasonCode: 0x87 });
    const other = await harness.client('screen');
    expect(await other.publishAcknowledged('d/pump-1/t', 'foreign')).toMatchObject({ reasonCode: 0x87 });
    expect(tap.seen.map(({ text, passed }) => [text, passed])).toEqual([
      ['passes', true],
      ['refused', false],
    ]);
  });
});
