import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../kiten.ts';
import { type OpenBroker, startOpenBroker } from '../open-broker.ts';
import { python, requirePythonModule } from '../tools.ts';

let broker: OpenBroker;
beforeAll(async () => {
  broker = await startOpenBroker();
});
afterAll(async () => {
  expect(await broker.stop()).toBe(0);
});

it.skipIf(!requirePythonModule('paho.mqtt.client', 'python3-paho-mqtt'))(
  '60 clients of Eclipse Paho, of both versions, hear all that they say to each other',
  async () => {
    const program = fileURLToPath(new URL('paho-fleet.py', import.meta.url));
    const { stdout, stderr, code } = await run(python, [program, broker.port, '60']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(JSON.parse(stdout)).toEqual({ heard: 720, missing: 0, twice: 0, 'out of order': 0 });
  },
);
