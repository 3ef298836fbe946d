import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { completeConfiguration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import { startFleet } from '../demo/fleet.ts';
import { initialise } from '../site/initialise.ts';
import { isSite, layoutOf } from '../site/layout.ts';
import { type RunningSite, startSite } from '../site/site.ts';
import { storeAccess } from '../site/site-store.ts';
import type { Chapter } from '../site/story-board.ts';
import { askedToStop } from './asked-to-stop.ts';
import type { Environment } from './environment.ts';
import { dataDirectory } from './options.ts';
import { print, printJson } from './output.ts';
import { tellServiceManager } from './service-manager.ts';
import { systemSources } from './system.ts';

export interface ServeOptions {
  readonly data?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly ports: 'default' | 'random';
}

export interface DemoOptions extends ServeOptions {
  /** Seconds between chapters, if not as the story has it. */
  readonly pace?: number;
}

/** Runs a site until somebody asks it to stop. */
export async function serveSite(options: ServeOptions, environment: Environment): Promise<void> {
  const directory = dataDirectory(options.data, environment);
  let running: RunningSite | undefined;
  const asked = askedToStop(() => running?.reload());
  const site = await start(directory, options, environment, process.stderr.isTTY === true);
  running = site;
  announce(site, directory, options);
  tellServiceManager('READY=1', environment);
  await stopped(site, asked, async () => tellServiceManager('STOPPING=1', environment));
}

/** The same with a simulated fleet, in a directory that goes with it unless one is named. */
export async function serveDemo(options: DemoOptions, environment: Environment): Promise<void> {
  const given = options.data ?? environment.KITEN_DATA;
  const directory =
    given === undefined ? await mkdtemp(join(tmpdir(), 'kiten-demo-')) : dataDirectory(given, environment);
  const asked = askedToStop();
  try {
    const site = await start(directory, options, environment, options.json !== true);
    const told = (chapter: Chapter) => options.json !== true && tell(chapter);
    const fleet = await startFleet(site, told, options.pace);
    announce(site, directory, options);
    if (options.json !== true) {
      print();
      print(`A fleet of ${fleet.size} simulated devices is at work. Ctrl-C ends it.`);
      print('A story unfolds: it is told in the console, and here.');
    }
    await stopped(site, Promise.race([asked, failureOf(fleet.story)]), () => fleet.stop());
  } finally {
    if (given === undefined) await rm(directory, { recursive: true, force: true });
  }
}

async function start(
  directory: string,
  options: ServeOptions,
  environment: Environment,
  logToFile: boolean,
): Promise<RunningSite> {
  const layout = layoutOf(directory);
  const sources = systemSources();
  if (!isSite(layout)) await initialise({ directory, site: 'site.example', ...sources });
  const reread = async () =>
    completeConfiguration(await loadConfiguration(options.config ?? layout.configuration), options.ports);
  const configuration = await reread();
  const logger = openLog(configuration.logLevel, logToFile ? layout.programLog : undefined);
  const store = await storeAccess(layout, configuration, environment);
  return startSite({ directory, configuration, logger, run: randomUUID(), store, reread, ...sources });
}

/** The program's own log goes to standard error, and to a file where that is a person's screen. */
function openLog(level: string, file: string | undefined): Logger {
  return pino({ level, base: null }, pino.destination({ dest: file ?? 2, sync: false }));
}

function announce(site: RunningSite, directory: string, { json }: ServeOptions): void {
  const { addresses, ca, caFingerprint, tokenFile, signInLink } = site;
  if (json === true) {
    const where = { ...addresses, ca, data: directory, tokenFile };
    printJson({ event: 'ready', ...where, signIn: signInLink, caFingerprint });
    site.listen(({ type, data }) => printJson({ event: type, ...data }));
    return;
  }
  print(`Kiten is up: ${site.site}`);
  print();
  print(`  console          ${addresses.console}`);
  if (addresses.publicConsole !== undefined) print(`  and from afar    ${addresses.publicConsole}`);
  print(`  sign in, once    ${signInLink}`);
  print(`  data directory   ${directory}`);
  print(`  CA certificate   ${ca}`);
  print(`  CA SHA-256       ${caFingerprint}`);
  print(`  enrolment (EST)  ${addresses.device}`);
  print(`  MQTT over TLS    ${addresses.mqtts}`);
  if (addresses.passwords !== undefined) print(`  by password      ${addresses.passwords} (TLS)`);
  if (addresses.plainPasswords !== undefined)
    print(`  by password      ${addresses.plainPasswords} (no TLS: whoever is on the way can read it)`);
  print();
  print('Try next:');
  print(`  npx kiten device list --data ${directory}`);
  print(`  npx kiten token create --device my-first-device --data ${directory}`);
  print(`  npx kiten log verify --data ${directory}`);
}

/** A chapter of the story, for who watches the terminal. */
function tell({ title, happened, done, next, commands }: Chapter): void {
  print();
  print(`— ${title.en}`);
  for (const { en } of [happened, done, next]) print(`  ${en}`);
  for (const command of commands) print(`    ${command}`);
}

/** Resolves only if it fails, with what it fails with. */
function failureOf(task: Promise<void>): Promise<Error> {
  return new Promise((resolve) => {
    task.catch((error: unknown) => resolve(error instanceof Error ? error : new Error(String(error))));
  });
}

/** Runs until somebody asks it to stop, which may have been before it was up. */
async function stopped(
  site: RunningSite,
  asked: Promise<Error | undefined>,
  before: () => Promise<void> = async () => undefined,
): Promise<void> {
  const failure = await Promise.race([asked, site.failed]);
  await before();
  await site.stop();
  if (failure !== undefined) throw failure;
}
