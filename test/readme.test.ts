import { describe, expect, it } from 'vitest';
import { missingLine } from './readme.ts';
import { commandsOf, disagreement, hasToolsFor } from './run-document.ts';

const readmes = ['README.md', 'README.ja.md'];

describe.skipIf(!(await hasToolsFor('README.md')))('what the README tells a reader to type', () => {
  it.concurrent.each(readmes)('works and shows what %s says', { timeout: 180_000 }, async (file) => {
    expect(await disagreement(file)).toBeUndefined();
  });
});

describe('the two READMEs', () => {
  it('tell the same commands', async () => {
    const [english, japanese] = await Promise.all(readmes.map(commandsOf));
    expect(english?.length).toBeGreaterThanOrEqual(5);
    expect(japanese).toEqual(english);
  });

  it('promise something that can be missing', () => {
    expect(missingLine('a … c', 'x\n  a  b c\n')).toBeUndefined();
    expect(missingLine('a … c\nb', 'b\na b c\n')).toBe('b');
  });
});
