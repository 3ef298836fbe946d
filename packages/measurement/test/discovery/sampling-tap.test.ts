import { expect, it } from 'vitest';
import { type Sample, SamplingTap } from '../../src/index.ts';

const start = Date.UTC(2030, 0, 1);

class Gateway {
  readonly samples: Sample[] = [];
  woken = 0;
  isAtWork = true;
  #later: (() => void)[] = [];
  #more: () => void = () => undefined;
  readonly tap = new SamplingTap({
    wake: () => this.woken++,
    later: (work) => this.#later.push(work),
  });

  connect(): void {
    this.tap.connect({
      postMessage: ({ samples }) => {
        this.samples.push(...samples);
        if (this.isAtWork) this.#more();
      },
      on: (event: string, listener: (order: { kind: string }) => void) => {
        if (event === 'message') this.#more = () => listener({ kind: 'more' });
      },
    });
  }

  publish(device: string, at: number, bytes = 10): void {
    const publisher = { kind: 'device' as const, id: device };
    if (!this.tap.wants(publisher, at)) return;
    const flags = { retain: false, duplicate: false, passed: true };
    this.tap.see({ publisher, topic: `d/${device}/x`, payload: new Uint8Array(bytes), ...flags, at });
  }

  flush(): void {
    for (const work of this.#later.splice(0)) work();
  }
}

it('wakes whoever looks with the first message, once', () => {
  const gateway = new Gateway();
  for (let at = 0; at < 3; at++) gateway.publish('a', start + at);
  expect(gateway.woken).toBe(1);
  gateway.connect();
  gateway.publish('a', start + 3);
  gateway.flush();
  expect(gateway.samples).toHaveLength(1);
});

it('takes a few of a device in a row, and then none for a while, however many it publishes', () => {
  const gateway = new Gateway();
  gateway.connect();
  for (let at = 0; at < 19_000; at++) {
    gateway.publish('eve', start + at);
    if (at % 1000 === 0) gateway.publish('a', start + at);
    if (at % 500 === 0) gateway.flush();
  }
  gateway.flush();
  const of = (device: string) => gateway.samples.filter((one) => one.device === device).length;
  expect([of('eve'), of('a')]).toEqual([12, 12]);
  expect(gateway.tap.wants({ kind: 'device', id: 'eve' }, start + 40_000)).toBe(true);
});

it('takes about 200 a second of thousands of devices', () => {
  const gateway = new Gateway();
  gateway.connect();
  const seconds = 1_300;
  for (let second = 0; second < seconds; second++)
    for (let device = 0; device < 2_000; device++) {
      gateway.publish(`device-${device}`, start + second * 1000 + device / 2);
      if (device % 50 === 0) gateway.flush();
    }
  // Of 2,000 devices, each is looked at every two minutes.
  const rate = gateway.samples.length / seconds;
  expect(rate).toBeGreaterThan(100);
  expect(rate).toBeLessThan(220);
});

it('sends nothing more before what was sent was looked at, and nothing large', () => {
  const gateway = new Gateway();
  gateway.connect();
  gateway.isAtWork = false;
  gateway.publish('a', start, 1 << 20);
  for (let device = 0; device < 200; device++) gateway.publish(`device-${device}`, start);
  gateway.flush();
  expect(gateway.samples).toHaveLength(64);
  for (let device = 200; device < 300; device++) gateway.publish(`device-${device}`, start + 1);
  gateway.flush();
  expect(gateway.samples).toHaveLength(64);
});
