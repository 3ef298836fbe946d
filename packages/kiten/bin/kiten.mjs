#!/usr/bin/env node
// Plain JavaScript that any Node since 20 can run: it finds a Node new enough and hands over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findNode } from './find-node.mjs';

const bundled = fileURLToPath(new URL('../dist/main.mjs', import.meta.url));
const sources = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const program = existsSync(bundled) && process.env.KITEN_FROM_SOURCES !== '1' ? bundled : sources;

const node = findNode();
if (node === undefined) {
  console.error(
    'kiten needs Node 24 or newer, and none was found: install it, or run `npm ci` where kiten came from.',
  );
  process.exit(1);
}
if (node === process.execPath) await import(pathToFileURL(program).href);
else handOver(node);

/** The child holds a channel to this process: should this one be killed, the child notices and ends too. */
function handOver(executable) {
  const child = spawn(executable, [program, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
