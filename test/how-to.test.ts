import { describe, expect, it } from 'vitest';
import { runInNewHome } from './new-home.ts';
import { markedBlocks, missingLine, outputsOf, readRepositoryFile, scriptOf } from './readme.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
  requireTool('mosquitto_passwd', 'mosquitto'),
].every(Boolean);
const guides = ['password-devices', 'move-from-mosquitto'];

describe.skipIf(!tools).each(guides)('docs/how-to/%s.md', (guide) => {
  it.each([
    [`docs/how-to/${guide}.md`, 'C.UTF-8'],
    [`docs/how-to/${guide}.ja.md`, 'ja_JP.UTF-8'],
  ])('works and shows what %s says', { timeout: 180_000 }, async (file, locale) => {
    const blocks = markedBlocks(await readRepositoryFile(file));
    const { code, output } = await runInNewHome(scriptOf(blocks), locale);
    expect(code, output).toBe(0);
    const outputs = outputsOf(output);
    let step = -1;
    for (const { kind, text } of blocks) {
      if (kind !== 'shown') step++;
      else expect(missingLine(text, outputs[step] ?? ''), outputs[step]).toBeUndefined();
    }
  });

  it('tells the same commands in both languages', async () => {
    const [english, japanese] = await Promise.all(
      ['', '.ja'].map(async (language) =>
        markedBlocks(await readRepositoryFile(`docs/how-to/${guide}${language}.md`)).filter(
          ({ kind }) => kind !== 'shown',
        ),
      ),
    );
    expect(english?.length).toBeGreaterThan(3);
    expect(japanese).toEqual(english);
  });
});
