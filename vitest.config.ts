import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const root = fileURLToPath(new URL('.', import.meta.url));

// The programs that tests start come up from compiled code.
process.env.NODE_COMPILE_CACHE ??= `${root}node_modules/.cache/compiled`;

/**
 * Tests of packages that stand in for modules, change the environment, or start threads have a process each; the others
 * share theirs. What ends a thread the hard way would end all of them.
 */
const alone = globSync('packages/*/test/**/*.test.ts', { cwd: root }).filter((file) =>
  /\bvi\.(do)?mock\(|\bprocess\.env\.\w+ *=[^=]|\bnew (Worker|ThreadCrew|PolicyReasoner|AppraisalPool)\(/i.test(
    readFileSync(`${root}${file}`, 'utf8'),
  ),
);

/** Tests that start programs come first, the one that types all guides before all: a long one at the end would run by itself. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) =>
      moduleId === `${root}test/guides.test.ts` ? 0 : moduleId.startsWith(`${root}test/`) ? 1 : 2;
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}

export default defineConfig({
  test: {
    // For what hangs: a machine that has much else to do may take ten times as long as one that has not.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    // Two for two processors leave a fifth of them idle: tests wait for programs.
    maxWorkers: 3,
    globalSetup: ['test/compiled-threads.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'programs', include: ['test/**/*.test.ts', ...alone] } },
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['packages/*/test/**/*.test.ts'],
          exclude: alone,
          isolate: false,
        },
      },
    ],
  },
});
