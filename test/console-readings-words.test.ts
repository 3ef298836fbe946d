import { expect, it } from 'vitest';
import { words } from '../packages/console/src/views/readings/words.ts';
import { faultKinds } from '../packages/measurement/src/index.ts';

it.each(['en', 'ja'] as const)('says each kind of attack in words of its own: %s', (language) => {
  const dictionary: Readonly<Record<string, string>> = words.dictionaries[language];
  const said = faultKinds.map((kind) => dictionary[`kind-${kind}`]);
  expect(said).not.toContain(undefined);
  expect(new Set(said).size).toBe(faultKinds.length);
});
