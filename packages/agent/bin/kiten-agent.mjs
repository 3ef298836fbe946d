#!/usr/bin/env node
// Plain JavaScript that any Node can run: it says what it needs, and hands over.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error('kiten-agent needs Node 24 or newer.');
  process.exit(1);
}
const bundled = new URL('../dist/kiten-agent.mjs', import.meta.url);
const program = existsSync(fileURLToPath(bundled)) ? bundled : new URL('../src/main.ts', import.meta.url);
await import(program.href);
