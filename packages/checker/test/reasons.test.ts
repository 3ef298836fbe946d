import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkVerdict, parseTrust } from '../src/index.ts';
import { bundleCases } from './reasons/bundle.ts';
import { type Cases, file, people } from './reasons/case.ts';
import { checkpointCases } from './reasons/checkpoint.ts';
import { goalCases } from './reasons/goal.ts';
import { idleCases } from './reasons/idle.ts';
import { marksCases } from './reasons/marks.ts';
import { rulesCases } from './reasons/rules.ts';
import { statementCases } from './reasons/statement.ts';
import { stepCases } from './reasons/step.ts';
import { nodeCryptography } from './support/keys.ts';
import { compose, encodeBundle, now } from './support/world.ts';

const cases: Cases = {
  ...{ ...bundleCases, ...rulesCases, ...checkpointCases, ...statementCases, ...marksCases },
  ...{ ...stepCases, ...idleCases, ...goalCases },
};

/** The reasons that the specification names under "Checking", before the table of the verdict's terms. */
function specified(): string[] {
  const document = readFileSync(new URL('../../../docs/verdict-bundle.md', import.meta.url), 'utf8');
  const [, section = ''] = /\n## Checking\n([\s\S]*?)\n\| term \|/.exec(document) ?? [];
  return [...section.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, reason]) => reason!);
}

test('every reason of the specification is here, and no other', () => {
  expect(Object.keys(cases)).toEqual([...new Set(specified())]);
  expect(specified()).toHaveLength(35);
});

describe.each(Object.entries(cases))('%s', (reason, examples) => {
  test.each(Object.entries(examples))('%s', async (_, { options, change, bundle, trust, leaf, step }) => {
    const composition = compose(people, options);
    const parts = { ...composition.parts, ...change?.(composition) };
    const by = parseTrust(JSON.stringify({ ...file, ...trust }));
    const report = await checkVerdict(bundle ?? encodeBundle(parts), by, {
      now,
      cryptography: nodeCryptography,
    });
    const place = typeof leaf === 'string' ? composition.leafOf(leaf) : leaf;
    const { message, ...answer } = report as { message: string };
    expect(answer).toEqual({
      ...{ holds: false, reason },
      ...(place !== undefined && { leaf: place }),
      ...(step !== undefined && { step }),
    });
    expect(message).toMatch(/^[A-Z].*\.$/);
  });
});
