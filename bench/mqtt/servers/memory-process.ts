// A governed gateway in a process of its own, with one thread: told to, it collects its garbage and says how much memory
// it holds. Bounds on how much one device may have are out of the way, since few devices stand for many here.
import { randomBytes } from 'node:crypto';
import { steadyClock } from '@kiten/codec';
import { createGateway, defaultLimits, passwordGroup } from '@kiten/gateway';
import { device, trustDomain } from '../../../packages/gateway/test/support/harness.ts';
import { benchmarkPolicies } from './policies.ts';
import type { ServerSetup } from './server.ts';

const many = 1_000_000_000;

const setup = await new Promise<ServerSetup>((resolve) => process.once('message', resolve));
const gateway = createGateway({
  trustDomain,
  clock: steadyClock(() => Date.now()),
  random: (bytes) => randomBytes(bytes),
  emit(event) {
    if (event.kind === 'fault') throw new Error(event.message);
  },
  verifyPassword: (username) => ({ device: username }),
  limits: {
    ...defaultLimits,
    connectionsPerDevice: many,
    connectsPerDevice: many,
    sessionsPerDevice: many,
    handshakesPerAddress: many,
    halfOpenPerAddress: 50_000,
    passwordAttempts: many,
    subscriptionsPerSession: many,
    subscribesPerDevice: many,
    queuedMessages: many,
    queuedBytes: many,
    retainedMessages: many,
    retainedMessagesPerDevice: many,
    retainedBytes: many,
    stalenessBound: 0,
  },
});
let sequence = 0;
gateway.apply({ sequence: ++sequence, kind: 'policies', policies: benchmarkPolicies() });
gateway.apply({ sequence: ++sequence, kind: 'tls', tls: setup.identity });
for (const { id, reads } of setup.members) {
  const groups = [passwordGroup, ...(reads ? ['observers'] : [])];
  gateway.apply({ sequence: ++sequence, kind: 'device', device: device(id, { groups }) });
}
const plain = await gateway.listen({ kind: 'plain-password', host: '127.0.0.1', port: 0 });
const tls = await gateway.listen({ kind: 'tls', host: '127.0.0.1', port: 0 });
process.send?.({ plain: plain.port, tls: tls.port });

process.on('message', () => {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  process.send?.({ memory: rss, inUse: heapUsed + arrayBuffers });
});
process.on('disconnect', () => process.exit(0));
