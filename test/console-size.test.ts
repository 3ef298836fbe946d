import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const built = new URL('../packages/kiten/dist/console/', import.meta.url);

it('what a browser loads before it shows the first view is at most 120 kB, compressed', async () => {
  const page = await readFile(new URL('index.html', built), 'utf8');
  const named = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map(([, path = '']) => path);
  expect(named.filter((path) => path.endsWith('.js')).length).toBeGreaterThan(0);
  expect(named.filter((path) => path.endsWith('.css')).length).toBeGreaterThan(0);
  const files = await Promise.all(named.map((path) => readFile(new URL(path, built))));
  const size = [Buffer.from(page), ...files].reduce(
    (sum, file) => sum + gzipSync(file, { level: 9 }).length,
    0,
  );
  expect(size).toBeLessThanOrEqual(120_000);
});
