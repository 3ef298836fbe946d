import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

test('the package runs where there is nothing of Node', async () => {
  const build = await rolldown({
    input: fileURLToPath(new URL('../src/index.ts', import.meta.url)),
    platform: 'browser',
    external: /^node:/,
  });
  const { output } = await build.generate({ format: 'iife', name: 'trust' });
  await build.close();
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);

  const browser = createContext({ TextEncoder, TextDecoder });
  const composed = runInContext(
    `${output[0].code}
    trust.composeVerdict({
      subject: trust.deviceSubject('pump-1'), findings: [], edges: [],
      profile: trust.defineProfile({ name: 'any', required: ['hardware'] }), now: 0,
    }).status + trust.encodeEvent({ type: 'a/b', at: 0, actor: 'site', data: {} }).length +
    trust.compileRules(trust.verdictRules).ruleSet.rules.length`,
    browser,
  );
  expect(composed).toBe('warning3129');
});
