import { describe, expect, it } from 'vitest';
import { guides } from './guides.ts';
import { markedBlocks, readRepositoryFile } from './readme.ts';
import { commandsOf, disagreement, hasToolsFor } from './run-document.ts';
import { surroundings } from './surroundings.ts';

const tools = new Map(
  await Promise.all(guides.map(async (guide) => [guide, await hasToolsFor(`${guide}.md`)] as const)),
);

/** A translation that shows what the original shows is typed already. */
const typed = new Map(
  await Promise.all(
    guides.map(async (guide) => {
      const [english, japanese] = [`${guide}.md`, `${guide}.ja.md`] as const;
      const shown = async (file: string) => JSON.stringify(markedBlocks(await readRepositoryFile(file)));
      const isSame = (await shown(english)) === (await shown(japanese));
      return [guide, isSame ? [english] : [english, japanese]] as const;
    }),
  ),
);

describe.each(guides)('%s', (guide) => {
  const languages = [`${guide}.md`, `${guide}.ja.md`];

  it('tells the same commands in both languages', async () => {
    const [english, japanese] = await Promise.all(languages.map(commandsOf));
    expect(english?.length).toBeGreaterThan(2);
    expect(japanese).toEqual(english);
  });

  it.each(languages)('has no command in %s that is not executed', async (file) => {
    const fences = (await readRepositoryFile(file)).match(/^ *```(sh|bash|shell|console)\b/gm) ?? [];
    expect(await commandsOf(file)).toHaveLength(fences.length);
  });

  describe.skipIf(!tools.get(guide))('as a reader follows it', () => {
    it.concurrent.each(typed.get(guide) ?? [])(
      'works and shows what %s says',
      { timeout: 180_000 },
      async (file) => {
        await using surrounding = await surroundings[guide]?.();
        expect(await disagreement(file, surrounding)).toBeUndefined();
      },
    );
  });
});
