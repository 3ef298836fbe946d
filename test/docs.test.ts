import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { completeConfiguration, configurationTemplate } from '../packages/kiten/src/config/configuration.ts';
import { parseConfiguration } from '../packages/kiten/src/config/load.ts';
import { configurationKeys } from '../scripts/docs/configuration.ts';
import { configurationMeanings } from '../scripts/docs/configuration-meanings.ts';
import { generatedDocuments } from '../scripts/docs/documents.ts';
import { codesIn } from '../scripts/docs/error-codes.ts';
import { readRepositoryFile } from './readme.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const everyDocument = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root }).sort();

describe('the generated documents', async () => {
  it.each(await generatedDocuments())('$path is what `npm run docs` writes', async ({ path, text }) => {
    expect(await readRepositoryFile(path)).toBe(text);
  });
});

describe('the codes of errors are found in the sources', () => {
  const codes = (text: string) =>
    codesIn([{ file: 'sample.ts', text }]).map(({ code, sentence }) => [code, sentence]);

  it.each([
    [
      'beside their sentence',
      `throw new KitenError('kiten/a-b', \`It is \${x}.\`);`,
      'kiten/a-b',
      'It is ….',
    ],
    ['in an object', `note({ code: 'kiten/a-b', message: 'It is so.' });`, 'kiten/a-b', 'It is so.'],
    ['in a list', `const list = [[/x/, 'kiten/a-b', 'It is so.']];`, 'kiten/a-b', 'It is so.'],
    ['in a type', `type Code = 'kiten/a-b';`, 'kiten/a-b', undefined],
    [
      'where a function makes them',
      `function refuse(word: string, said: string) { throw new KitenError(\`kiten/a-\${word}\`, said); }
       refuse('b', 'It is so.');`,
      'kiten/a-b',
      'It is so.',
    ],
    [
      'where callers give the sentence',
      `const refuse = (said: string) => new KitenError('kiten/a-b', said); refuse('It is so.');`,
      'kiten/a-b',
      'It is so.',
    ],
  ])('%s', (_where, text, code, sentence) => {
    expect(codes(text)).toEqual([[code, sentence]]);
  });

  it('and what merely looks like one is left alone', () => {
    expect(codes(`import 'kiten/a-b'; const name = 'kiten/a-b'; const type = 'text/plain';`)).toEqual([]);
  });
});

describe('the configuration', () => {
  it('has the defaults that the template shows', () => {
    const shown = configurationTemplate.replaceAll(/^# (?=\w+ = |\[\[)/gm, '');
    const file = parseConfiguration(shown, 'template');
    // Names, manufacturers, the time stamp authority, PostgreSQL, receivers, the console's door, proxies
    // and the identity provider are examples, not defaults.
    const { names, manufacturers, timeStamps, store, consoleDoor, oidc, events, ...defaults } =
      completeConfiguration(file, 'default');
    expect([names.length, manufacturers.length, events.length, timeStamps?.minutes]).toEqual([2, 1, 1, 60]);
    expect(store?.passwordFile).toBe('postgres.password');
    expect([consoleDoor?.port, oidc?.clientId]).toEqual([7443, 'kiten']);
    expect(completeConfiguration({}, 'default')).toEqual({
      ...defaults,
      names: [],
      manufacturers: [],
      proxies: [],
      events: [],
    });
  });

  it('is written by kiten init with nothing set', () => {
    expect(
      Object.values(parse(configurationTemplate)).every((table) => Object.keys(table).length === 0),
    ).toBe(true);
  });

  it('has a meaning for every key, and a key for every meaning', () => {
    expect(configurationMeanings.flatMap(({ keys }) => keys).sort()).toEqual([...configurationKeys()].sort());
  });
});

describe('the links', () => {
  it.each(everyDocument)('in %s lead somewhere, and to a heading that is there', async (file) => {
    const text = await readRepositoryFile(file);
    const targets = [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target ?? '');
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    const wrong = await Promise.all(
      local.map(async (target) => ((await leads(file, target)) ? [] : [target])),
    );
    expect(wrong.flat()).toEqual([]);
  });

  it('leave no document out of the map of the documentation', async () => {
    for (const [map, isOther] of [
      ['docs/README.md', (file: string) => file.endsWith('.ja.md')],
      ['docs/README.ja.md', (file: string) => everyDocument.includes(file.replace(/\.md$/, '.ja.md'))],
    ] as const) {
      const linked = [...(await readRepositoryFile(map)).matchAll(/\]\(([^)#]+)\)/g)].map(([, to]) =>
        join('docs', to ?? ''),
      );
      const wanted = everyDocument.filter(
        (file) => file.startsWith('docs/') && !isOther(file) && file !== map,
      );
      expect(wanted.filter((file) => !linked.includes(file) && !file.startsWith('docs/README'))).toEqual([]);
    }
  });
});

async function leads(from: string, target: string): Promise<boolean> {
  const [path = '', place] = target.split('#');
  const file = path === '' ? from : join(dirname(from), path);
  if (!existsSync(join(root, file))) return false;
  if (place === undefined || !file.endsWith('.md')) return true;
  const text = await readRepositoryFile(file);
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchor(heading ?? ''));
  return headings.includes(place) || text.includes(`<a id="${place}">`);
}

/** How a heading is linked to where the repository is shown: lower case, no punctuation, dashes for spaces. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
