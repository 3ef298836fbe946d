import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { Outcome } from './kiten.ts';

/** A directory that goes with the test. */
export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kiten-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The code that `--json` gives a script, on stderr alone. */
export function refusal({ code, stdout, stderr }: Outcome): string {
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^\{"error":/);
  const { error } = JSON.parse(stderr) as { error: { code: string; message: string } };
  expect(error.message.length).toBeGreaterThan(10);
  return error.code;
}
