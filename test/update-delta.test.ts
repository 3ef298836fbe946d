import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noise } from '../packages/update/test/delta/support.ts';
import { kiten } from './kiten.ts';

let folder: string;
const path = (name: string) => join(folder, name);
const [base, target] = [noise(200_000, 1), noise(200_000, 1).map((octet, at) => (at % 500 ? octet : 1))];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-delta-'));
  await writeFile(path('old.img'), base);
  await writeFile(path('new.img'), target);
});
afterAll(() => rm(folder, { recursive: true }));

const delta = (...args: string[]) => kiten(['update', 'delta', ...args, '--json']);

test('a delta is made, looked into, and applied to its base; from another base nothing is written', async () => {
  const made = await delta('create', path('old.img'), path('new.img'), '--out', path('delta'));
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const { deltaBytes } = JSON.parse(made.stdout) as { deltaBytes: number };
  expect(deltaBytes).toBeLessThan(2000);

  const looked = await delta('inspect', path('delta'));
  expect(JSON.parse(looked.stdout)).toMatchObject({
    base: { length: 200_000 },
    target: { length: 200_000 },
    sections: 1,
  });

  const applied = await delta('apply', path('delta'), path('old.img'), '--out', path('made.img'));
  expect(applied).toMatchObject({ code: 0, stderr: '' });
  expect(Buffer.compare(await readFile(path('made.img')), target)).toBe(0);

  const wrong = await delta('apply', path('delta'), path('new.img'), '--out', path('wrong.img'));
  expect(wrong.code).toBe(1);
  expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: 'update/delta-wrong-base' } });
  expect(await readdir(folder)).toEqual(['delta', 'made.img', 'new.img', 'old.img']);
});
