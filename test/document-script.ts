import type { ReadmeBlock } from './readme.ts';

/** An address as a document writes it, and what stands for it where the document is executed. */
export type StandIn = readonly [written: string, executed: string];

const marker = (step: number) => `==== step ${step} ====`;

/** The ports of the site in `kiten-data`, and of one that documents put beside it. */
const ports: readonly StandIn[] = [
  ['localhost:7080', 'localhost:$CONSOLE_PORT'],
  ['127.0.0.1:7443', '127.0.0.1:$PUBLIC_CONSOLE_PORT'],
  ['plant-7.example:7443', 'plant-7.example:$PUBLIC_CONSOLE_PORT'],
  ['localhost:8443', 'localhost:$EST_PORT'],
  ['localhost:8444', 'localhost:$OTHER_EST_PORT'],
  ['-p 8883', '-p $MQTT_PORT'],
  ['mqtts://localhost:8883', 'mqtts://localhost:$MQTT_PORT'],
  ['-p 8884', '-p $PASSWORDS_PORT'],
  ['-p 1883', '-p $PLAIN_PASSWORDS_PORT'],
];

/**
 * One script of all executed blocks. Commands run as they stand, with three differences: `npx kiten` and `npx kiten-agent`
 * are the programs as built here, `kiten up` takes free ports, and the ports that the document names stand for those. What is executed in
 * a terminal of its own goes on beside the rest; the same command a second time is typed after the first has ended.
 */
export function scriptOf(blocks: readonly ReadmeBlock[], standIns: readonly StandIn[] = []): string {
  const steps = blocks.filter(({ kind }) => kind !== 'shown');
  const terminals = [...new Set(steps.filter(({ kind }) => kind !== 'executed').map(({ text }) => text))];
  return [
    'set -euo pipefail',
    'exec 2>&1',
    'npx() {',
    '  if [ "$1" = kiten-agent ]; then shift; "$KITEN_NODE" "$KITEN_AGENT" "$@"; return; fi',
    '  [ "$1" = kiten ]; shift',
    '  if [ "$1" = up ]; then shift; exec "$KITEN_NODE" "$KITEN_LAUNCHER" up --ports random "$@"; fi',
    '  "$KITEN_NODE" "$KITEN_LAUNCHER" "$@"',
    '}',
    `port() { sed -E "s/.*\\"$1\\":\\"[^\\"]*:([0-9]+)\\/?\\".*/\\1/" "\${2-kiten-data}/running.json"; }`,
    'stop() { kill "$1"; while kill -0 "$1" 2> /dev/null; do sleep 0.1; done; }',
    ...steps.map(({ kind, text }, index) => {
      const known = replaced(text, [...standIns, ...ports]);
      const run =
        kind === 'executed' ? known : besides(known, terminals.indexOf(text), isFirst(steps, index));
      return `echo; echo '${marker(index)}'\n${run}`;
    }),
    `echo; echo '${marker(steps.length)}'`,
    ...terminals.map((_, index) => `stop "$terminal_${index}"`),
  ].join('\n');
}

function isFirst(steps: readonly ReadmeBlock[], index: number): boolean {
  return steps.findIndex(({ text }) => text === steps[index]?.text) === index;
}

function replaced(text: string, standIns: readonly StandIn[]): string {
  return standIns.reduce((changed, [written, executed]) => changed.replaceAll(written, executed), text);
}

/** It is no job of the shell, or a `wait` of the reader's would wait for it too. */
function besides(text: string, terminal: number, isFirst: boolean): string {
  const log = `terminal-${terminal}.log`;
  const isSite = /^npx kiten up/.test(text);
  const ready = isSite ? `grep -q 'Try next' ${log}` : `[ -s ${log} ]`;
  return [
    ...(isFirst ? [] : [`stop "$terminal_${terminal}"`]),
    `( ${text.trim()}\n) > ${log} 2>&1 &`,
    `terminal_${terminal}=$!`,
    'disown',
    `until ${ready}; do kill -0 "$terminal_${terminal}" || { cat ${log}; exit 1; }; sleep 0.1; done`,
    `cat ${log}`,
    ...(isSite ? portsOf(/--data (\S+)/.exec(text)?.[1]) : []),
  ].join('\n');
}

function portsOf(other: string | undefined): readonly string[] {
  if (other !== undefined) return [`OTHER_EST_PORT=$(port device ${other})`];
  return [
    'CONSOLE_PORT=$(port console) PUBLIC_CONSOLE_PORT=$(port publicConsole)',
    'EST_PORT=$(port device) MQTT_PORT=$(port mqtts)',
    'PASSWORDS_PORT=$(port passwords) PLAIN_PASSWORDS_PORT=$(port plainPasswords)',
  ];
}

/** What each step printed, the default ports in the place of those that were free. */
export function outputsOf(output: string): readonly string[] {
  const steps = output.split(/^==== step \d+ ====$/m).slice(1);
  const ports = [
    [/^ {2}console .*:(\d+)\/$/m, '7080'],
    [/^ {2}and from afar .*:(\d+)\/$/m, '7443'],
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
