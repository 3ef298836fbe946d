// The list of attacks on updates is true: each test that it names is there, and each code is one that is documented.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile } from './readme.ts';

const list = await readRepositoryFile('docs/update-attacks.md');
const errors = await readRepositoryFile('docs/errors.md');
const rows = list
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (attack|stolen) \|/.test(line))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
  .map(([attack = '', code = '', test = '']) => ({ attack, code, test }));

describe('the list of attacks on updates', () => {
  it('has all eighteen classes', () => {
    expect(rows.length).toBeGreaterThan(110);
    const classes = [...list.matchAll(/^## (\d+) /gm)].map(([, number]) => Number(number));
    expect(classes).toEqual(Array.from({ length: 18 }, (_, index) => index + 1));
  });

  it.each(rows)('“$attack” is shown by a test that is there', async ({ code, test }) => {
    const [, file, title = ''] = /^([a-z0-9/-]+): (.*)$/.exec(test) ?? [];
    const source = await readFile(
      new URL(`../packages/update/test/${file}.test.ts`, import.meta.url),
      'utf8',
    );
    expect(source).toContain(`'${title}'`);
    for (const [, each] of code.matchAll(/`(update\/[a-z-]+)`/g)) {
      expect(errors).toContain(`\`${each}\``);
      // Where a code stands in the tests without its package, a helper puts that in front.
      expect(source).toContain(`${each?.replace(/^update\/(suit-)?/, '')}`);
    }
  });
});
