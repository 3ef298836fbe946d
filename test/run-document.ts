import { outputsOf, type StandIn, scriptOf } from './document-script.ts';
import { runInNewHome } from './new-home.ts';
import { markedBlocks, missingLine, readRepositoryFile } from './readme.ts';
import { requireTool } from './tools.ts';

/** What a document takes for granted, such as a database server: how to reach it, and how it ends. */
export interface Surroundings extends AsyncDisposable {
  readonly standIns?: readonly StandIn[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The programs that documents use, by the Debian package that brings each. */
const packages: Readonly<Record<string, string>> = {
  openssl: 'openssl',
  curl: 'curl',
  mosquitto_pub: 'mosquitto-clients',
  mosquitto_sub: 'mosquitto-clients',
  mosquitto_passwd: 'mosquitto',
  psql: 'postgresql',
  'systemd-analyze': 'systemd',
  'dpkg-deb': 'dpkg',
  swtpm: 'swtpm',
  swtpm_setup: 'swtpm-tools',
  tpm2_pcrextend: 'tpm2-tools',
};

/** Whether all is here that a document’s commands call. */
export async function hasToolsFor(file: string): Promise<boolean> {
  const commands = (await commandsOf(file)).map(({ text }) => text).join('\n');
  return Object.entries(packages)
    .filter(([program]) => new RegExp(`(^|[ (|])${program} `, 'm').test(commands))
    .map(([program, name]) => requireTool(program, name))
    .every(Boolean);
}

/** The blocks that a document has its reader type, in order. */
export async function commandsOf(file: string) {
  return markedBlocks(await readRepositoryFile(file)).filter(({ kind }) => kind !== 'shown');
}

/** The locale in which a document shows what programs say. */
const localeOf = (file: string) => (file.endsWith('.ja.md') ? 'ja_JP.UTF-8' : 'C.UTF-8');

/** Puts an address as the document writes it in the place of what stood for it. */
function asWritten(
  text: string,
  [written, executed]: StandIn,
  env: Readonly<Record<string, string>>,
): string {
  return text.replaceAll(
    executed.replace(/\$(\w+)/g, (_, name: string) => env[name] ?? ''),
    written,
  );
}

/**
 * Types what a document says, where there is nothing yet.
 * @returns what does not come out as the document shows; undefined if all does
 */
export async function disagreement(
  file: string,
  { standIns = [], env = {} }: Partial<Surroundings> = {},
): Promise<string | undefined> {
  const blocks = markedBlocks(await readRepositoryFile(file));
  const { code, output } = await runInNewHome(scriptOf(blocks, standIns), localeOf(file), env);
  if (code !== 0) return `it ends with ${code}:\n${output}`;
  const outputs = outputsOf(standIns.reduce((text, standIn) => asWritten(text, standIn, env), output));
  let step = -1;
  for (const { kind, text } of blocks) {
    if (kind !== 'shown') step++;
    else {
      const missing = missingLine(text, outputs[step] ?? '');
      if (missing !== undefined) return `“${missing}” is not in what step ${step} prints:\n${outputs[step]}`;
    }
  }
  return undefined;
}
