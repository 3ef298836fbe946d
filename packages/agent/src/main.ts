#!/usr/bin/env node
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { steadyClock } from '@kiten/codec';
import { commandLine } from './cli/command-line.ts';
import { Output } from './cli/output.ts';

// Nothing that the agent writes is for anybody but its owner.
process.umask(0o077);

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

/** Told to stop, it is over early. */
async function wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
  }
}

process.exitCode = await commandLine(process.argv.slice(2), {
  environment: process.env,
  ports: {
    clock: steadyClock(Date.now),
    random: (length) => randomBytes(length),
    wait,
    environment: process.env,
  },
  output: new Output(
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  ),
  stop: stop.signal,
});
