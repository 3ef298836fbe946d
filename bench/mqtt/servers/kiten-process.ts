// The gateway in a process of its own, as a site runs it: in a worker thread, with the default policies on each
// publication and each delivery, the register, the limits, the counters, the session store on the disk, and everything
// it tells (sessions, denials, counts of the traffic) taken by the main thread.
//
// Three things differ from a site: bounds on how often one address and one device may come are out of the way, because
// all clients of the benchmark come from one address; passwords are believed, since scrypt is not what is measured; and
// the policy that keeps devices with passwords among themselves is left out, so that the clients without TLS can hear
// each other and are judged all the same.
import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import {
  defaultLimits,
  type GatewayEvent,
  type GatewayWorkerData,
  gatewayClient,
  gatewayCrew,
  passwordGroup,
} from '@kiten/gateway';
import { device, trustDomain } from '../../../packages/gateway/test/support/harness.ts';
import { benchmarkPolicies } from './policies.ts';
import type { ServerSetup } from './server.ts';

const fleet = 10_000;
const often = 1_000_000_000;

const setup = await new Promise<ServerSetup>((resolve) => process.once('message', resolve));
const count = setup.workers ?? 1;
const workers = Array.from({ length: count }, (_, index) => {
  const workerData: GatewayWorkerData = {
    trustDomain,
    ...(index === 0 ? { storeDirectory: setup.directory } : {}),
    ...(count > 1 ? { worker: { index, count } } : {}),
    asksPasswords: true,
    limits: {
      ...defaultLimits,
      connectsPerDevice: often,
      handshakesPerAddress: often,
      halfOpenPerAddress: 50_000,
      passwordAttempts: often,
      subscribesPerDevice: often,
    },
  };
  return new Worker(new URL('../../../packages/gateway/test/support/worker.ts', import.meta.url), {
    workerData,
  });
});
const who = { verifyPassword: (username: string) => ({ device: username }) };
const gateway =
  count > 1
    ? gatewayCrew(workers, told, (bytes) => randomBytes(bytes), who)
    : gatewayClient(workers[0]!, told, who);
let sequence = 0;
let audited = 0;
const next = (): number => ++sequence;

gateway.apply({ sequence: next(), kind: 'policies', policies: benchmarkPolicies() });
gateway.apply({ sequence: next(), kind: 'tls', tls: setup.identity });
const members = setup.members.map(({ id, reads }) =>
  device(id, { groups: reads ? [passwordGroup, 'observers'] : [passwordGroup] }),
);
const others = Array.from({ length: fleet - members.length }, (_, index) => device(`idle-${index}`));
const all = [...members, ...others];
for (const each of all) gateway.apply({ sequence: next(), kind: 'device', device: each });
beat();
setInterval(beat, 1_000);
const plain = await gateway.listen({ kind: 'plain-password', host: '127.0.0.1', port: 0 });
const tls = await gateway.listen({ kind: 'tls', host: '127.0.0.1', port: 0 });
process.send?.({ plain: plain.port, tls: tls.port });

let changes: NodeJS.Timeout | undefined;
process.on('message', (asked: 'stop' | { perSecond: number }) => {
  if (asked === 'stop') void stop();
  else changeVerdicts(asked.perSecond);
});
process.on('disconnect', () => process.exit(0));

function beat(): void {
  gateway.apply({ sequence: next(), kind: 'heartbeat', at: Date.now() });
}

function told(event: GatewayEvent): void {
  audited++;
  if (event.kind === 'fault' || event.kind === 'change-refused') throw new Error(event.message);
  if (event.kind === 'denied') throw new Error(`${event.device} was denied ${event.action} ${event.topic}.`);
}

/** What the site believes of its devices changes, in a way that policies can see and that fells nobody. */
function changeVerdicts(perSecond: number): void {
  clearInterval(changes);
  if (perSecond === 0) return;
  let changed = 0;
  changes = setInterval(() => {
    // Coprime to the size of the fleet: all of them have their turn, those that talk as often as those that do not.
    const one = all[(changed * 7_919) % fleet]!;
    const executables = Math.floor(changed / fleet) % 2 === 0 ? 2 : 3;
    changed++;
    gateway.apply({
      sequence: next(),
      kind: 'device',
      device: { ...one, vector: { ...one.vector, executables } },
    });
  }, 1_000 / perSecond);
}

async function stop(): Promise<void> {
  await gateway.close();
  for (const worker of workers) await worker.terminate();
  console.error(`kiten told of ${audited} events`);
  process.exit(0);
}
