import { describe } from 'vitest';

// What the tests of one gateway ask, asked of two workers: each connection comes to the other one than the one before.
process.env.KITEN_WORKERS = '2';
describe('CONNECT', async () => void (await import('../conformance/connect.test.ts')));
describe('PUBLISH', async () => void (await import('../conformance/publish.test.ts')));
describe('sessions as the standards have them', async () =>
  void (await import('../conformance/session.test.ts')));
describe('SUBSCRIBE', async () => void (await import('../conformance/subscribe.test.ts')));
describe('policy', async () => void (await import('../policy.test.ts')));
describe('readings', async () => void (await import('../sourced.test.ts')));
describe('readings, by chance', async () => void (await import('../sourced-model.test.ts')));
describe('retained messages', async () => void (await import('../retained.test.ts')));
describe('routing', async () => void (await import('../routing.test.ts')));
describe('sessions', async () => void (await import('../session.test.ts')));
describe('groups', async () => void (await import('../shared.test.ts')));
describe('what is stored', async () => void (await import('../persistence/restart.test.ts')));
describe('departures', async () => void (await import('../persistence/departure.test.ts')));
