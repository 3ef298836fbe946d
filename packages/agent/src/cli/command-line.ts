import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { KitenError } from '@kiten/codec';
import { attest } from '../agent/attest.ts';
import { enrol, renew } from '../agent/enrol.ts';
import { openHost } from '../agent/host.ts';
import { publish } from '../agent/publish.ts';
import { run } from '../agent/run.ts';
import { status } from '../agent/status.ts';
import { loadConfiguration } from '../configuration/load.ts';
import { type Command, exitCodes, type Given, type Surroundings } from './command.ts';
import { showEnrolled, showEvent, showPublished, showResult, showStatus } from './output.ts';
import { updateCommands } from './update-commands.ts';
import { usage } from './usage.ts';

const options = {
  config: { type: 'string' },
  token: { type: 'string' },
  'token-file': { type: 'string' },
  topic: { type: 'string' },
  message: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const commands: Readonly<Record<string, Command>> = {
  ...updateCommands,
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
  const command = given === undefined ? undefined : commandOf(given.positionals.join(' '));
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

/** Own names only: nobody types the name of a prototype’s member and gets something. */
const commandOf = (words: string): Command | undefined =>
  Object.hasOwn(commands, words) ? commands[words] : undefined;

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

function explain({ code, message, detail }: KitenError, json: boolean): string {
  const site = detail?.code;
  if (json) return JSON.stringify({ error: { code, message, ...(site === undefined ? {} : { site }) } });
  return `kiten-agent: ${message}\n             (${code}${site === undefined ? '' : `, ${site}`})`;
}
