#!/usr/bin/env node
// Plain JavaScript that any Node since 20 can run: it finds a Node new enough and hands over.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const bundled = new URL('../dist/kiten-agent.mjs', import.meta.url);
const program = existsSync(fileURLToPath(bundled)) ? bundled : new URL('../src/main.ts', import.meta.url);

if (Number.parseInt(process.versions.node, 10) >= 24) await import(program.href);
else handOver(installedNode());

/** The Node that `npm ci` brought along, if it did. */
function installedNode() {
  try {
    const name = `node-${process.platform}-${process.arch}/bin/node`;
    return createRequire(import.meta.url).resolve(name);
  } catch {
    console.error('kiten-agent needs Node 24 or newer.');
    process.exit(1);
  }
}

function handOver(node) {
  const child = spawn(node, [fileURLToPath(program), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}
