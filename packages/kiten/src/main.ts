#!/usr/bin/env node
import { run } from './cli/run.ts';

// Started by the launcher: should it be killed, this process must not live on with the data directory locked.
if (process.channel !== undefined && process.channel !== null) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}

// Whoever reads our output may stop reading: `kiten log show | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

// Nothing that a site writes is for anybody but its owner.
process.umask(0o077);
process.exitCode = await run(process.argv.slice(2), process.env);
