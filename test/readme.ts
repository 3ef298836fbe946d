import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A fenced block under a comment that says what the test does with it. */
export interface ReadmeBlock {
  readonly kind: 'executed' | 'executed in a terminal of its own' | 'shown';
  readonly text: string;
}

export function readRepositoryFile(path: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
}

/** The marked blocks of a document, in order. */
export function markedBlocks(markdown: string): readonly ReadmeBlock[] {
  const pattern =
    /<!-- (executed|executed in a terminal of its own|shown) -->\n```(?:sh|text)\n([\s\S]*?)```/g;
  return [...markdown.matchAll(pattern)].map(([, kind, text]) => ({
    kind: kind as ReadmeBlock['kind'],
    text: text ?? '',
  }));
}

/** The first line shown that the output lacks, in this order. `…` stands for anything, spaces for some space. */
export function missingLine(shown: string, output: string): string | undefined {
  const lines = output.split('\n');
  for (const line of shown.split('\n').filter((each) => each.trim() !== '')) {
    const pattern = new RegExp(`^${line.trim().split('…').map(literally).join('.*')}\\s*$`);
    const at = lines.findIndex((each) => pattern.test(each.trim()));
    if (at < 0) return line;
    lines.splice(0, at + 1);
  }
  return undefined;
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/\s+/g, '\\s+');
}
