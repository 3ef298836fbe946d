import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../src/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
const sources = files.map((file) => ({
  file,
  text: readFileSync(new URL(file, folder), 'utf8'),
}));

test('the checker can be read in one sitting: 800 lines at most', () => {
  const lines = sources.map(({ text }) => text.split('\n').length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(800);
});

test('it stands on codec and on nothing else', () => {
  const specifiers = sources.flatMap(({ text }) =>
    [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier!),
  );
  expect(specifiers.length).toBeGreaterThan(30);
  const others = specifiers.filter((specifier) => !specifier.startsWith('./'));
  expect([...new Set(others)]).toEqual(['@kiten/codec']);
});

test('it needs nothing of Node', () => {
  expect(
    sources
      .filter(({ text }) => /\b(?:Buffer|process|require|globalThis)\b/.test(text))
      .map(({ file }) => file),
  ).toEqual([]);
});
