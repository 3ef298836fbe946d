import { KitenError, parseJsonStrict } from '@kiten/codec';
import { loadSigner, nodeVerify } from '@kiten/identity';
import {
  type EcuReport,
  type Fields,
  parseVehicleManifest,
  signReport,
  signVehicleManifest,
  verifyVehicleManifest,
} from '@kiten/update';
import type { Command } from 'commander';
import { readBytes, readText, writeBytes } from '../files.ts';
import { parseWhole } from '../options.ts';
import { counted, jsonOf, print, printJson, printTable, showTime } from '../output.ts';
import { measureImage } from '../suit-files.ts';
import { systemSources } from '../system.ts';
import { readInventory } from '../uptane-files.ts';
import { directCommand } from './update-uptane-direct.ts';
import {
  inventoryHelp,
  legacyHelp,
  type ProfileOptions,
  profileOf,
  verifyCommand,
} from './update-uptane-verify.ts';

/** `kiten update uptane`: vehicles of several ECUs, from and to files. */
export function uptaneCommands(update: Command): void {
  const uptane = update
    .command('uptane')
    .description(
      'vehicles of several computers (Uptane): what they report, what they are told, and whether it holds',
    );

  verifyCommand(uptane);

  uptane
    .command('report <ecu>')
    .description('make the report of an ECU: which image it runs, signed with its key')
    .requiredOption('--image <file>', 'the image that it runs')
    .requiredOption('--as <path>', 'the image’s path on the Image repository')
    .requiredOption('--counter <n>', 'how many reports it has made, this one included', parseWhole)
    .requiredOption('--key <file>', 'its private key: PKCS#8 PEM, its owner’s only')
    .requiredOption('--out <file>', 'where the report goes')
    .option('--attacks <text>', 'what it has noticed of attacks', '')
    .option('--legacy', legacyHelp)
    .option('--json', 'print JSON')
    .action(report);

  uptane
    .command('manifest <reports...>')
    .description('make the manifest of a vehicle from the reports of its ECUs, signed with its primary’s key')
    .requiredOption('--vehicle <name>', 'the vehicle’s identifier')
    .requiredOption('--primary <ecu>', 'the ECU that signs')
    .requiredOption('--key <file>', 'its private key: PKCS#8 PEM, its owner’s only')
    .requiredOption('--out <file>', 'where the manifest goes')
    .option('--legacy', legacyHelp)
    .option('--json', 'print JSON')
    .action(manifest);

  uptane
    .command('check <manifest>')
    .description('check that a manifest is from the ECUs of an inventory; exits with 1 if it is not')
    .requiredOption('--inventory <file>', inventoryHelp)
    .option('--legacy', legacyHelp)
    .option('--json', 'print JSON')
    .action(check);

  uptane
    .command('inspect <manifest>')
    .description('say what a manifest contains, whoever signed it')
    .option('--legacy', legacyHelp)
    .option('--json', 'print JSON')
    .action(inspect);

  directCommand(uptane);
}

interface ReportOptions extends ProfileOptions {
  readonly image: string;
  readonly as: string;
  readonly counter: number;
  readonly key: string;
  readonly out: string;
  readonly attacks: string;
}

async function report(ecu: string, options: ReportOptions): Promise<void> {
  const signer = await loadSigner(options.key);
  const { digest, size } = await measureImage(options.image);
  const hashes = new Map([['sha256', Buffer.from(digest.bytes).toString('hex')]]);
  const time = systemSources().clock.now();
  const said: EcuReport = {
    ...{ ecu, installed: { path: options.as, length: size, hashes }, attacksDetected: options.attacks },
    ...{ time, previousTime: time, counter: options.counter },
  };
  await writeBytes(options.out, JSON.stringify(signReport(said, signer, profileOf(options)), undefined, 1));
  if (options.json) return printJson({ out: options.out, ecu, image: options.as, bytes: size });
  return print(`${options.out}: the ECU ${ecu} runs ${options.as}, ${counted(size, 'octet', 'octets')}`);
}

interface ManifestOptions extends ProfileOptions {
  readonly vehicle: string;
  readonly primary: string;
  readonly key: string;
  readonly out: string;
}

async function manifest(files: readonly string[], options: ManifestOptions): Promise<void> {
  const signer = await loadSigner(options.key);
  const reports = new Map<string, Fields>();
  for (const file of files) {
    const found = parseJsonStrict(await readText(file)) as {
      readonly signed?: { readonly ecu_serial?: unknown };
    };
    const ecu = found?.signed?.ecu_serial;
    if (typeof ecu !== 'string')
      throw new KitenError('kiten/report-malformed', `${file} is no report of an ECU.`);
    reports.set(ecu, found as Fields);
  }
  const { vehicle, primary, out } = options;
  const bytes = signVehicleManifest({ vehicle, primary, reports }, signer, profileOf(options));
  // What is written can be read: a report that is none is found here.
  parseVehicleManifest(bytes, profileOf(options));
  await writeBytes(out, bytes);
  if (options.json) return printJson({ out, vehicle, ecus: [...reports.keys()] });
  return print(`${out}: ${counted(reports.size, 'report', 'reports')} of ${vehicle}, signed by ${primary}`);
}

async function check(file: string, options: ProfileOptions & { readonly inventory: string }): Promise<void> {
  const { vehicle } = await readInventory(options.inventory);
  const now = systemSources().clock.now();
  const verified = { verify: nodeVerify, now, profile: profileOf(options) };
  const { reports } = verifyVehicleManifest(await readBytes(file), vehicle, verified);
  if (options.json)
    return printJson({ vehicle: vehicle.identifier, reports: [...reports.values()].map(jsonOf) });
  print(`● ${vehicle.identifier}: every ECU has signed its report`);
  return tellReports([...reports.values()]);
}

async function inspect(file: string, options: ProfileOptions): Promise<void> {
  const found = parseVehicleManifest(await readBytes(file), profileOf(options));
  const reports = Array.from(found.reports.values(), ({ report: each }) => each);
  const { vehicle, primary } = found;
  if (options.json)
    return printJson({ ...(vehicle !== undefined && { vehicle }), primary, reports: reports.map(jsonOf) });
  print(`${vehicle ?? 'a vehicle'}, whose primary is ${primary}; nobody’s signature was looked at`);
  return tellReports(reports);
}

function tellReports(reports: readonly EcuReport[]): void {
  printTable(
    ['ECU', 'runs', 'time', 'report', 'attacks'],
    reports.map(({ ecu, installed, time, counter, attacksDetected }) => {
      return [ecu, installed.path, showTime(time), `${counter ?? '–'}`, attacksDetected];
    }),
  );
}
