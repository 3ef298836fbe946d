import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findingRegistry } from '../../packages/kiten/src/site/appraisal.ts';
import { type CodeUse, codesIn, type Source } from './error-codes.ts';
import { code, document, generatedNote, plain, table } from './markdown.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const introduction = `Programs may rely on the codes; the sentences are for people and may change. HTTP answers carry the code in a problem
document (RFC 9457), the command line prints it behind the sentence, the log and the site's own log name it. In the
sentences “…” stands for what is filled in; in a code \`{name}\` does. A code without a sentence passes on the one of the
program or the packet that caused it. The codes of what is found about devices are in [findings.md](findings.md).

プログラムが頼れるのはコードです。文は人のためのもので、変わることがあります。コードは、HTTP では問題文書（RFC 9457）に、
コマンドラインでは文の後に、そしてログに現れます。文中の「…」とコード中の \`{name}\` には、その場の値が入ります。
文のないコードは、原因となったプログラムやパケットの文をそのまま伝えます。
デバイスについての所見のコードは [findings.md](findings.md) にあります。`;

/** `docs/errors.md`: every stable code that the sources throw, report or log, with its sentences. */
export async function errorsDocument(): Promise<string> {
  const findings = new Set(findingRegistry.definitions.map((definition) => definition.code));
  const sentences = new Map<string, Set<string>>();
  for (const use of await allUses()) {
    if (findings.has(use.code)) continue;
    const known = sentences.get(use.code) ?? new Set();
    sentences.set(use.code, known);
    if (use.sentence !== undefined) known.add(use.sentence);
  }
  const byPackage = Map.groupBy([...sentences.keys()].sort(), (name) => name.slice(0, name.indexOf('/')));
  return document(
    generatedNote,
    '# Errors / エラー',
    introduction,
    ...[...byPackage].map(([name, codes]) => section(name, codes, sentences)),
  );
}

export async function allUses(): Promise<readonly CodeUse[]> {
  const byPackage = new Map<string, Source[]>();
  const files: string[] = [];
  for await (const file of glob('packages/!(console)/src/**/*.ts', { cwd: root })) files.push(file);
  for (const file of files.sort()) {
    const name = file.split('/')[1] ?? '';
    const source = { file, text: await readFile(join(root, file), 'utf8') };
    byPackage.set(name, [...(byPackage.get(name) ?? []), source]);
  }
  return [...byPackage.values()].flatMap(codesIn);
}

function section(
  name: string,
  codes: readonly string[],
  sentences: ReadonlyMap<string, ReadonlySet<string>>,
): string {
  const rows = codes.map((each) => [code(each), [...(sentences.get(each) ?? [])].map(plain).join('<br>')]);
  return `## ${name}\n\n${table(['code', 'sentence'], rows)}`;
}
