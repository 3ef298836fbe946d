import { describe, expect, it } from 'vitest';
import { runInNewHome } from './new-home.ts';
import { markedBlocks, missingLine, outputsOf, readRepositoryFile, scriptOf } from './readme.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);
const readmes = [
  ['README.md', 'C.UTF-8'],
  ['README.ja.md', 'ja_JP.UTF-8'],
] as const;

describe.skipIf(!tools)('what the README tells a reader to type', () => {
  it.each(readmes)('works and shows what %s says', { timeout: 180_000 }, async (file, locale) => {
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
});

describe('the two READMEs', () => {
  it('tell the same commands', async () => {
    const commands = await Promise.all(
      readmes.map(async ([file]) =>
        markedBlocks(await readRepositoryFile(file)).filter(({ kind }) => kind !== 'shown'),
      ),
    );
    expect(commands[0]?.length).toBeGreaterThan(5);
    expect(commands[1]).toEqual(commands[0]);
  });

  it('promise something that can be missing', () => {
    expect(missingLine('a … c', 'x\n  a  b c\n')).toBeUndefined();
    expect(missingLine('a … c\nb', 'b\na b c\n')).toBe('b');
  });
});
