import { glob, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { en } from '../packages/console/src/i18n/en.ts';
import { fill } from '../packages/console/src/i18n/template.ts';
import { happeningOfEntry } from '../packages/console/src/state/happenings.ts';

const sources = new URL('../packages/kiten/src/', import.meta.url).pathname;

/** What is told otherwise, or is bookkeeping of the log. */
const untold = new Set(['enrolment/refused', 'site/test', 'writer/checkpoint']);

/** Types of entries as the site's sources have them, where they stand in one piece. */
async function recordedTypes(): Promise<ReadonlySet<string>> {
  const types = new Set<string>();
  for await (const file of glob(`${sources}{site,backup}/**/*.ts`)) {
    const text = await readFile(file, 'utf8');
    for (const [, type = ''] of text.matchAll(/\btype: '([a-z-]+\/[a-z-]+)'/g)) types.add(type);
  }
  return types;
}

it('tells in words whatever the site writes into its log', async () => {
  const types = await recordedTypes();
  expect(types.size).toBeGreaterThan(40);
  const missing = [...types].filter(
    (type) =>
      !untold.has(type) && happeningOfEntry({ index: 0, type, at: 1, actor: 'site', data: {} }) === undefined,
  );
  expect(missing).toEqual([]);
});

it('fills what an operator did with who and what', () => {
  const told = (type: string, data: Record<string, string>) => {
    const happening = happeningOfEntry({ index: 7, type, at: 1, actor: 'operator:ann', data });
    return happening && fill(en[happening.sentence], happening.parts);
  };
  expect(told('operator/api-token-created', { operator: 'ann', name: 'backup' })).toBe(
    'ann made the token backup for programs of ann',
  );
  expect(told('exception/granted', { group: 'cold-room' })).toBe('ann broke the glass for cold-room');
  expect(told('relation/declared', { relation: 'pipe', streams: '3' })).toBe(
    'ann has 3 streams compared as pipe',
  );
  expect(told('operator/role-changed', { operator: 'bob', role: 'viewer' })).toBe('ann made bob viewer');
});
