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

const marker = (step: number) => `==== step ${step} ====`;
const siteLog = 'site.log';

/**
 * One script of all executed blocks. Commands run as they stand, with three differences: `npx kiten` is the program as
 * built here, `kiten up` takes free ports, and the default ports stand for those.
 */
export function scriptOf(blocks: readonly ReadmeBlock[]): string {
  const steps = blocks.filter(({ kind }) => kind !== 'shown');
  return [
    'set -euo pipefail',
    'exec 2>&1',
    'npx() {',
    '  [ "$1" = kiten ]; shift',
    '  if [ "$1" = up ]; then shift; exec "$KITEN_NODE" "$KITEN_LAUNCHER" up --ports random "$@"; fi',
    '  "$KITEN_NODE" "$KITEN_LAUNCHER" "$@"',
    '}',
    `port() { sed -E "s/.*\\"$1\\":\\"[^\\"]*:([0-9]+)\\/?\\".*/\\1/" kiten-data/running.json; }`,
    ...steps.map(({ kind, text }, index) => {
      const run = kind === 'executed' ? withPorts(text) : besides(text);
      return `echo; echo '${marker(index)}'\n${run}`;
    }),
    `echo; echo '${marker(steps.length)}'`,
    'kill "$site"; while kill -0 "$site" 2> /dev/null; do sleep 0.1; done',
  ].join('\n');
}

function withPorts(text: string): string {
  return text
    .replaceAll('8443', '$EST_PORT')
    .replaceAll('8883', '$MQTT_PORT')
    .replaceAll('-p 8884', '-p $PASSWORDS_PORT')
    .replaceAll('-p 1883', '-p $PLAIN_PASSWORDS_PORT');
}

/** The site is no job of the shell, or a `wait` of the reader's would wait for it too. */
function besides(text: string): string {
  return [
    `( ${text.trim()} ) > ${siteLog} 2>&1 &`,
    'site=$!',
    'disown',
    `until grep -q 'Try next' ${siteLog}; do kill -0 "$site" || { cat ${siteLog}; exit 1; }; sleep 0.1; done`,
    `cat ${siteLog}`,
    'EST_PORT=$(port device) MQTT_PORT=$(port mqtts)',
    'PASSWORDS_PORT=$(port passwords) PLAIN_PASSWORDS_PORT=$(port plainPasswords)',
  ].join('\n');
}

/** What each step printed, the default ports in the place of those that were free. */
export function outputsOf(output: string): readonly string[] {
  const steps = output.split(/^==== step \d+ ====$/m).slice(1);
  const ports = [
    [/^ {2}console .*:(\d+)\/$/m, '7080'],
    [/^ {2}enrolment \(EST\) .*:(\d+)$/m, '8443'],
    [/^ {2}MQTT over TLS .*:(\d+)$/m, '8883'],
    [/^ {2}by password .*:(\d+) \(TLS\)$/m, '8884'],
    [/^ {2}by password .*:(\d+) \(no TLS/m, '1883'],
  ] as const;
  return steps.map((text) =>
    ports.reduce((changed, [pattern, standard]) => {
      const [, port] = pattern.exec(output) ?? [];
      return port === undefined ? changed : changed.replaceAll(`:${port}`, `:${standard}`);
    }, text),
  );
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
