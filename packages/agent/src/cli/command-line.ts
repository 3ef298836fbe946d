import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { KitenError } from '@kiten/codec';
import { attest } from '../agent/attest.ts';
import { enrol, renew } from '../agent/enrol.ts';
import type { AgentEvent } from '../agent/event.ts';
import { type AgentPorts, type Host, openHost } from '../agent/host.ts';
import { publish } from '../agent/publish.ts';
import { run } from '../agent/run.ts';
import { status } from '../agent/status.ts';
import { loadConfiguration } from '../configuration/load.ts';
import { type Output, showEnrolled, showPublished, showResult, showStatus } from './output.ts';
import { usage } from './usage.ts';

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ports: AgentPorts;
  readonly output: Output;
  readonly stop: AbortSignal;
}

/** What scripts may rely on. */
export const exitCodes = { done: 0, refused: 1, usage: 2 } as const;

const options = {
  config: { type: 'string' },
  token: { type: 'string' },
  'token-file': { type: 'string' },
  topic: { type: 'string' },
  message: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

interface Given {
  readonly token?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly topic?: string | undefined;
  readonly message?: string | undefined;
  readonly json: boolean;
}

type Command = (host: Host, given: Given, surroundings: Surroundings) => Promise<number>;

const commands: Readonly<Record<string, Command>> = {
  async enrol(host, given, { output }) {
    return output.say(given.json, await enrol(host, await tokenOf(given)), showEnrolled);
  },
  async renew(host, given, { output }) {
    return output.say(given.json, await renew(host), showEnrolled);
  },
  async attest(host, given, { output }) {
    const result = await attest(host);
    output.say(given.json, result, showResult);
    return result.status === 'affirming' ? exitCodes.done : exitCodes.refused;
  },
  async publish(host, given, { output }) {
    const { topic, message } = given;
    if (topic === undefined)
      throw new KitenError('agent/topic-missing', 'Say where to publish: --topic d/pump-1/pressure.');
    const payload = message === undefined ? await readFile('/dev/stdin') : Buffer.from(message);
    return output.say(given.json, await publish(host, topic, payload), showPublished);
  },
  async status(host, given, { output }) {
    return output.say(given.json, await status(host), showStatus);
  },
  async run(host, given, { output, stop }) {
    await run(host, (event) => output.say(given.json, event, showEvent), stop);
    return exitCodes.done;
  },
};

/** Runs one command. @returns the exit code */
export async function commandLine(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { environment, ports, output } = surroundings;
  const given = parse(args);
  const command = given?.positionals.length === 1 ? commands[given.positionals[0]!] : undefined;
  if (given?.values.help === true) return output.text(usage);
  if (given === undefined || command === undefined) {
    output.complain(usage);
    return exitCodes.usage;
  }
  const { values } = given;
  try {
    const file = values.config ?? environment.KITEN_AGENT_CONFIG ?? '/etc/kiten-agent/agent.toml';
    return await command(await openHost(await loadConfiguration(file), ports), values, surroundings);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    output.complain(explain(error, values.json));
    return exitCodes.refused;
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node says which option it is by a code of its own.
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      return undefined;
    throw error;
  }
}

/** By file, so that it stands in no list of processes; `-` is standard input. */
async function tokenOf(given: Given): Promise<string> {
  if (given.token !== undefined) return given.token;
  const file = given['token-file'];
  if (file === undefined)
    throw new KitenError('agent/token-missing', 'Give the one-time token with --token-file.');
  try {
    return (await readFile(file === '-' ? '/dev/stdin' : file, 'utf8')).trim();
  } catch (cause) {
    throw new KitenError('agent/token-missing', `The token cannot be read from ${file}.`, { cause });
  }
}

const showEvent = ({ event, ...detail }: AgentEvent): string =>
  [event, ...Object.entries(detail).map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(' ');

function explain({ code, message, detail }: KitenError, json: boolean): string {
  const site = detail?.code;
  if (json) return JSON.stringify({ error: { code, message, ...(site === undefined ? {} : { site }) } });
  return `kiten-agent: ${message}\n             (${code}${site === undefined ? '' : `, ${site}`})`;
}
