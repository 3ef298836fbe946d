// A process of its own that takes a lock, says so, and keeps it until it is killed.
import { lockDirectory } from '../src/site/lock.ts';

lockDirectory(process.argv[2] ?? '');
await new Promise(setImmediate);
globalThis.gc?.();
await new Promise(setImmediate);
process.stdout.write('held\n');
setInterval(() => undefined, 60_000);
