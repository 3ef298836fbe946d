// Brings the sources that threads of tests run into the compile cache, without their types; see compiled-threads.ts.
import { flushCompileCache } from 'node:module';

// What they miss outside a thread is of no interest.
process.on('unhandledRejection', () => undefined);
await Promise.allSettled(process.argv.slice(2).map((program) => import(program)));
flushCompileCache();
process.exit();
