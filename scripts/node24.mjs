#!/usr/bin/env node
// Runs a program under Node 24 or newer: the host's own if it is new enough, else the one npm brought along.
import { spawnSync } from 'node:child_process';
import { findNode } from '../packages/kiten/bin/find-node.mjs';

const node = findNode();
if (node === undefined) {
  console.error('Kiten needs Node 24 or newer, and none is here: run `npm ci`, or install Node 24.');
  process.exit(1);
}
const { status, signal } = spawnSync(node, process.argv.slice(2), { stdio: 'inherit' });
process.exit(signal === null ? (status ?? 1) : 1);
