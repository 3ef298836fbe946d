// An open gateway with a session store, in a process of its own: its argument is the directory. It says its port, and
// at every line of its input how much memory it holds, its statistics with it.
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { openGateway } from '@kiten/gateway';

const [storeDirectory = ''] = process.argv.slice(2);
const gateway = await openGateway({
  trustDomain: 'plant-7.example',
  clock: { now: () => Date.now() },
  random: (bytes) => randomBytes(bytes),
  emit(event) {
    if (event.kind === 'fault') throw new Error(`${event.code}: ${event.message}`);
  },
  access: 'open',
  storeDirectory,
});
const { port } = await gateway.listen({ kind: 'plain', host: '127.0.0.1', port: 0 });
console.log(port);
for await (const _ of createInterface({ input: process.stdin })) {
  const { queuedMessages, storeBytes } = gateway.statistics();
  console.log(JSON.stringify({ queuedMessages, storeBytes, memory: process.memoryUsage().rss }));
}
await gateway.close();
process.exit(0);
