/**
 * An open gateway with a session store, in a process of its own so that it can be killed. Its arguments: the
 * directory, and limits as JSON. It says its port on the first line, and ends in order when its input ends.
 */
import { randomBytes } from 'node:crypto';
import { steadyClock } from '@kiten/codec';
import { openGateway } from '../../src/index.ts';

const [storeDirectory = '', limits = '{}'] = process.argv.slice(2);
const gateway = await openGateway({
  trustDomain: 'plant-7.example',
  clock: steadyClock(() => Date.now()),
  random: (bytes) => randomBytes(bytes),
  emit(event) {
    if (event.kind === 'fault') process.stderr.write(`${event.code}: ${event.message}\n`);
  },
  access: 'open',
  limits: JSON.parse(limits) as object,
  storeDirectory,
});
const { port } = await gateway.listen({ kind: 'plain', host: '127.0.0.1', port: 0 });
process.stdout.write(`${port}\n`);
process.stdin.resume().on('end', () => {
  void gateway.close().then(() => process.exit(0));
});
