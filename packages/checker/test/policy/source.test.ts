import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const folder = new URL('../../src/policy/', import.meta.url);
const sources = readdirSync(folder).map((file) => ({
  file,
  text: readFileSync(new URL(file, folder), 'utf8'),
}));

test('the checker of policy certificates can be read in two sittings', () => {
  const lines = sources.map(({ text }) => text.split('\n').length - 1);
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1500);
});

test('it stands on codec and on nothing else', () => {
  const specifiers = sources.flatMap(({ text }) =>
    [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier]) => specifier!),
  );
  expect(specifiers.length).toBeGreaterThan(30);
  const others = specifiers.filter((specifier) => !/^\.\/[^/]+$/.test(specifier));
  expect([...new Set(others)].sort()).toEqual(['../shape.ts', '@kiten/codec']);
});

test('it needs nothing of Node', () => {
  const needing = sources.filter(({ text }) => /\b(?:Buffer|process|require|globalThis)\b/.test(text));
  expect(needing.map(({ file }) => file)).toEqual([]);
});
