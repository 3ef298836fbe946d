// An open gateway with a session store, in a process of its own: its argument is the directory. It says its port, and
// at every line of its input how much memory it holds, its statistics with it. Limits, in JSON, may follow.
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { type Limits, openGateway } from '@kiten/gateway';

const [storeDirectory = '', limits = '{}'] = process.argv.slice(2);
const gateway = await openGateway({
  trustDomain: 'plant-7.example',
  clock: { now: () => Date.now() },
  random: (bytes) => randomBytes(bytes),
  emit(event) {
    if (event.kind === 'fault') throw new Error(`${event.code}: ${event.message}`);
  },
  access: 'open',
  limits: JSON.parse(limits) as Partial<Limits>,
  storeDirectory,
});
const { port } = await gateway.listen({ kind: 'plain', host: '127.0.0.1', port: 0 });
console.log(port);
for await (const _ of createInterface({ input: process.stdin })) {
  // Where it is exposed: then what is counted is in use.
  globalThis.gc?.();
  const { rss: memory, heapUsed, arrayBuffers } = process.memoryUsage();
  console.log(JSON.stringify({ ...gateway.statistics(), memory, heapUsed, arrayBuffers }));
}
await gateway.close();
process.exit(0);
