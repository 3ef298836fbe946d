import { accessSync, constants, existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { KitenError } from '@kiten/codec';
import { defaultLimits } from '@kiten/gateway';
import type { Command } from 'commander';
import { completeConfiguration, type PasswordDoor } from '../../config/configuration.ts';
import { loadConfiguration } from '../../config/load.ts';
import { isSite, type Layout, layoutOf } from '../../site/layout.ts';
import { readSiteStore } from '../../site/site-store.ts';
import { isSqlite } from '../../store/dialects.ts';
import type { Environment } from '../environment.ts';
import { type Check, examineCertificates, examineClock, examineKeys } from '../examine.ts';
import { exitCodes } from '../exit-codes.ts';
import { dataDirectory, dataHelp } from '../options.ts';
import { print, printJson, printTable } from '../output.ts';
import { systemSources } from '../system.ts';

const NEEDED_NODE = 24;
const LITTLE_SPACE = 512 * 1024 * 1024;

export function doctorCommand(program: Command, environment: Environment): void {
  program
    .command('doctor')
    .description('what is missing or wrong on this machine, and how to mend it')
    .option('--data <directory>', dataHelp)
    .option('--limits', 'print the bounds of the gateway instead')
    .option('--json', 'print JSON')
    .action(async (options: { data?: string; limits?: boolean; json?: boolean }) => {
      if (options.limits === true) {
        printLimits(options.json === true);
        return;
      }
      const checks = await examine(dataDirectory(options.data, environment), environment);
      if (checks.some(({ state }) => state === 'wrong')) process.exitCode = exitCodes.refused;
      if (options.json) return printJson(checks);
      const marks = { ok: '●', warning: '▲', wrong: '✖' };
      for (const { name, state, message, remedy } of checks) {
        print(`${marks[state]} ${name.padEnd(15)} ${message}`);
        if (remedy !== undefined) print(`  ${' '.repeat(15)} → ${remedy}`);
      }
    });
}

/** What a flood runs into. */
function printLimits(json: boolean): void {
  if (json) {
    printJson(defaultLimits);
    return;
  }
  const rows = Object.entries(defaultLimits).map(([name, value]) => [name, value.toLocaleString('en')]);
  printTable(['limit', 'value'], rows);
}

async function examine(directory: string, environment: Environment): Promise<readonly Check[]> {
  const now = systemSources().clock.now();
  const node = examineNode();
  const layout = layoutOf(directory);
  if (!isSite(layout)) {
    const message = `there is no site in ${directory}`;
    return [node, { name: 'site', state: 'warning', message, remedy: `kiten init --data ${directory}` }];
  }
  const checks = [
    node,
    examineDirectory(directory),
    await examineSpace(directory),
    await examineToken(layout.tokenFile),
    ...(await examineKeys(layout)),
    await examineCertificates(layout, now),
    await examineClock(layout, now),
    await examineStore(layout, environment),
  ];
  const configured = await examineConfiguration(layout.configuration);
  checks.push(configured.check, ...configured.doors);
  if (existsSync(layout.running))
    checks.push({ name: 'running', state: 'ok', message: 'the site says that it is running' });
  else for (const [name, port] of configured.ports) checks.push(await examinePort(name, port));
  return checks;
}

/** Whether the store can be opened, wherever it is. */
async function examineStore(layout: Layout, environment: Environment): Promise<Check> {
  try {
    const store = await readSiteStore(layout, environment);
    const where = isSqlite(store) ? 'in the data directory' : 'in PostgreSQL';
    await store
      .selectFrom('facts')
      .select('name')
      .execute()
      .finally(() => store.destroy());
    return { name: 'store', state: 'ok', message: `${where}, and can be read` };
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    return { name: 'store', state: 'wrong', message: error.message, remedy: 'see [store] in kiten.toml' };
  }
}

function examineNode(): Check {
  const enough = Number.parseInt(process.versions.node, 10) >= NEEDED_NODE;
  const message = `Node ${process.versions.node}`;
  return enough
    ? { name: 'node', state: 'ok', message }
    : { name: 'node', state: 'wrong', message, remedy: `install Node ${NEEDED_NODE} or newer` };
}

function examineDirectory(directory: string): Check {
  try {
    accessSync(directory, constants.R_OK | constants.W_OK);
    return { name: 'data directory', state: 'ok', message: `${directory} can be read and written` };
  } catch (error) {
    return {
      name: 'data directory',
      state: 'wrong',
      message: String(error),
      remedy: `give ${directory} to the user that runs Kiten`,
    };
  }
}

async function examineSpace(directory: string): Promise<Check> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  const message = `${Math.round(free / 1024 / 1024)} MiB free`;
  return free > LITTLE_SPACE
    ? { name: 'disk', state: 'ok', message }
    : {
        name: 'disk',
        state: 'warning',
        message,
        remedy: 'make room: a full disk stops enrolment and every decision that has to be logged',
      };
}

async function examineToken(file: string): Promise<Check> {
  if (!existsSync(file))
    return {
      name: 'operator token',
      state: 'warning',
      message: `${file} is not here`,
      remedy: 'commands need --site and KITEN_TOKEN',
    };
  const { mode } = await stat(file);
  return (mode & 0o077) === 0
    ? { name: 'operator token', state: 'ok', message: 'readable by its owner alone' }
    : { name: 'operator token', state: 'wrong', message: 'others can read it', remedy: `chmod 600 ${file}` };
}

async function examineConfiguration(
  file: string,
): Promise<{ check: Check; doors: readonly Check[]; ports: readonly (readonly [string, number])[] }> {
  try {
    const { consolePort, devicePort, mqttPort, passwordDoors } = completeConfiguration(
      await loadConfiguration(file),
      'default',
    );
    const check: Check = { name: 'configuration', state: 'ok', message: file };
    return {
      check,
      doors: passwordDoors.map(examineDoor),
      ports: [
        ['console', consolePort],
        ['device', devicePort],
        ['mqtt', mqttPort],
        ...passwordDoors.map(({ port }) => ['passwords', port] as const),
      ],
    };
  } catch (error) {
    return {
      check: {
        name: 'configuration',
        state: 'wrong',
        message: (error as Error).message,
        remedy: `mend ${file}`,
      },
      doors: [],
      ports: [],
    };
  }
}

/** A port for passwords is a choice; one without TLS is a warning for as long as it is there. */
function examineDoor({ kind, port, hosts }: PasswordDoor): Check {
  const where = `port ${port} on ${hosts.join(', ')}`;
  if (kind === 'password') return { name: 'passwords', state: 'ok', message: `taken over TLS: ${where}` };
  return {
    name: 'passwords',
    state: 'warning',
    message: `taken without TLS: ${where}; whoever is on the way can read and use them`,
    remedy: 'set [passwords] port instead of plain_port, and let devices use TLS',
  };
}

async function examinePort(name: string, port: number): Promise<Check> {
  const free = await new Promise<boolean>((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1' }, () => probe.close(() => resolve(true)));
  });
  return free
    ? { name: `port ${port}`, state: 'ok', message: `free for ${name}` }
    : {
        name: `port ${port}`,
        state: 'wrong',
        message: 'another program has it',
        remedy: `set [${name}] port in kiten.toml, or start with --ports random`,
      };
}
