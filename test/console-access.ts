import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** WCAG 2.2 at the levels A and AA, with all that it takes over from 2.0 and 2.1. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What a page does against WCAG 2.2 AA, as axe finds it: the rule, and where. */
export async function accessProblems(page: Page): Promise<readonly string[]> {
  // Through the debugger, not a script element: the page's own policy allows none from elsewhere, and stays as it is.
  await page.evaluate(axe);
  const violations = await page.evaluate(async (wanted) => {
    const checker = (globalThis as unknown as { axe: Axe }).axe;
    return (await checker.run({ runOnly: { type: 'tag', values: wanted } })).violations;
  }, tags);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary}`),
  );
}

interface Axe {
  run(options: object): Promise<{ violations: readonly Violation[] }>;
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}
