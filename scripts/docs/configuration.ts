import { configurationTemplate } from '../../packages/kiten/src/config/configuration.ts';
import { configurationSchema } from '../../packages/kiten/src/config/schema.ts';
import { configurationMeanings } from './configuration-meanings.ts';
import { code, document, generatedNote, table } from './markdown.ts';

const introduction = `\`kiten.toml\` in the site's data directory. Every key is optional. An unknown key, or a value that a key may not
have, is refused at start with the key's name. The site reads the file when it starts.

サイトのデータディレクトリにある \`kiten.toml\` です。どのキーも省略できます。知らないキーや許されない値があると、
起動時にキー名を示して拒否します。ファイルは起動時に読み込まれます。`;

/** `docs/configuration.md`: every key of the schema, with the default that `kiten init` writes beside it. */
export function configurationDocument(): string {
  const values = templateValues();
  const rows = keysOf(configurationSchema).map(({ key, schema }) => [
    code(key),
    describe(schema),
    values.has(key) ? code(values.get(key)!) : 'none',
  ]);
  return document(
    generatedNote,
    '# Configuration / 設定',
    introduction,
    table(
      ['key', 'what', '内容'],
      configurationMeanings.map(({ keys, en, ja }) => [keys.map(code).join(', '), en, ja]),
    ),
    '## Values / 値',
    'What each may be, and what it is where nothing is set. Environment variables: `KITEN_DATA` is the data directory in the\n' +
      'place of `--data` (default `kiten-data`), `KITEN_TOKEN` an operator’s token for `--site URL`. `XDG_STATE_HOME` is where\n' +
      'checkpoints are remembered (default `~/.local/state`).\n\n' +
      '取りうる値と、設定しないときの値です。環境変数は、`KITEN_DATA` が `--data` の代わりのデータディレクトリ（既定は\n' +
      '`kiten-data`）、`KITEN_TOKEN` が `--site URL` で使うオペレーターのトークン、`XDG_STATE_HOME` がチェックポイントを\n' +
      '覚えておく場所（既定は `~/.local/state`）です。',
    table(['key', 'value', 'default'], rows),
    '## The file / ファイル',
    '`kiten init` writes this file. / `kiten init` は次のファイルを書き出します。',
    `\`\`\`toml\n${configurationTemplate.trimEnd()}\n\`\`\``,
  );
}

/** The part of JSON Schema that the configuration is written in. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly pattern?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** Every key of the configuration, dotted, in the order of the schema. */
export function configurationKeys(): readonly string[] {
  return keysOf(configurationSchema).map(({ key }) => key);
}

function keysOf(schema: Schema, prefix = ''): readonly { key: string; schema: Schema }[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const key = `${prefix}${name}`;
    if (inner.properties !== undefined) return keysOf(inner, `${key}.`);
    if (inner.items?.properties !== undefined) return keysOf(inner.items, `${key}[].`);
    return [{ key, schema: inner }];
  });
}

function describe(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(JSON.stringify(value))).join(' or ');
  const range = span(schema.minimum, schema.maximum);
  const note = schema.description === undefined ? '' : `; ${schema.description}`;
  switch (schema.type) {
    case 'array':
      return `list of ${describe(schema.items ?? {})}s${span(schema.minItems, schema.maxItems)}`;
    case 'string':
      return schema.pattern === undefined ? 'text' : `text matching ${code(schema.pattern)}`;
    default:
      return `${schema.type}${range}${note}`;
  }
}

function span(least: number | undefined, most: number | undefined): string {
  if (least === undefined && most === undefined) return '';
  return least === undefined ? `, at most ${most}` : `, ${least} to ${most}`;
}

/** What stands beside each key in the template. Names and manufacturers are examples there, not defaults. */
function templateValues(): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of configurationTemplate.split('\n')) {
    section = /^\[(\w+)\]/.exec(line)?.[1] ?? (line.startsWith('# [[') ? '' : section);
    const [, name, value] = /^# (\w+) = (.*?)(?:\s+#.*)?$/.exec(line) ?? [];
    if (section !== '' && name !== undefined && value !== undefined && section !== 'site')
      values.set(`${section}.${name}`, value);
  }
  return values;
}
