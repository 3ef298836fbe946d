import { readFile } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import { parseDeviceId } from '@kiten/trust';
import { parse, TomlError } from 'smol-toml';
import { kernelMeasurementFiles } from '../evidence/measurements.ts';
import { keyPlaces } from '../keys/device-key.ts';
import type { Pkcs11Settings } from '../keys/pkcs11-key.ts';
import type { Address } from '../site/connector.ts';
import type { AgentConfiguration, KeySettings } from './configuration.ts';
import { Table } from './table.ts';
import { updateOf } from './update-table.ts';

const kinds = ['ecc', 'rsa'] as const;

/** @throws KitenError `agent/config-unreadable`, `agent/config-syntax`, `agent/config-key` naming the key */
export async function loadConfiguration(file: string): Promise<AgentConfiguration> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new KitenError('agent/config-unreadable', `The configuration ${file} cannot be read.`, { cause });
  }
  return parseConfiguration(text, file);
}

export function parseConfiguration(text: string, file: string): AgentConfiguration {
  const root = new Table(file, '', parseToml(text, file));
  const device = deviceOf(root);
  const tpm = tpmOf(root.table('tpm'));
  const configuration = {
    device,
    site: addressOf(root, 'site', 'https:', 8443)!,
    trust: root.needed('trust'),
    state: root.text('state') ?? '/var/lib/kiten-agent',
    tpm,
    key: keyOf(root.table('key'), tpm),
    logs: logsOf(root.table('logs')),
    root: rootOf(root.table('runtime')),
    mqtt: addressOf(root, 'mqtt', 'mqtts:', 8883),
    update: updateOf(root.table('update'), device),
  };
  if (configuration.site === undefined) throw root.refusal('site', 'is missing');
  root.finish();
  return configuration;
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const { line, column } = cause;
    throw new KitenError('agent/config-syntax', `${file}:${line}:${column} is not TOML.`, {
      cause,
      detail: { file, line, column },
    });
  }
}

function deviceOf(root: Table): string {
  const device = root.needed('device');
  try {
    return parseDeviceId(device);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    throw root.refusal('device', 'is the name under which the site knows the device');
  }
}

function addressOf(root: Table, key: string, protocol: string, port: number): Address | undefined {
  const text = root.text(key);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  const isWhole = url !== null && url.protocol === protocol && url.hostname !== '' && url.username === '';
  if (!isWhole || !['', '/'].includes(url.pathname) || url.search !== '') {
    throw root.refusal(key, `is an address such as ${protocol}//site.example:${port}`);
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? port : Number(url.port) };
}

function tpmOf(table: Table | undefined): AgentConfiguration['tpm'] {
  if (table === undefined) return undefined;
  const tpm = {
    address: table.text('address') ?? 'device:/dev/tpmrm0',
    attestation: table.oneOf('attestation-key', kinds) ?? ('ecc' as const),
    endorsement: table.oneOf('endorsement-key', kinds),
  };
  table.finish();
  return tpm;
}

/** In the TPM where there is one: a file is for devices that have nothing better. */
function keyOf(table: Table | undefined, tpm: AgentConfiguration['tpm']): KeySettings {
  const store = table?.oneOf('store', keyPlaces) ?? (tpm === undefined ? 'file' : 'tpm');
  if (store === 'tpm' && tpm === undefined) throw table!.refusal('store', 'is "tpm", but there is no [tpm]');
  const settings = store === 'pkcs11' ? { store, ...tokenOf(table!) } : { store };
  table?.finish();
  return settings;
}

function tokenOf(table: Table): Pkcs11Settings {
  const uri = table.needed('uri');
  if (!/^pkcs11:[!-~]+$/.test(uri))
    throw table.refusal('uri', 'is an address such as pkcs11:token=device;object=key');
  if (/[?&]pin-(value|source)=/.test(uri)) throw table.refusal('uri', 'has no PIN in it: name a pin-file');
  return { uri, module: table.needed('module'), pinFile: table.text('pin-file') };
}

function rootOf(table: Table | undefined): string {
  const root = table?.text('root') ?? '/';
  table?.finish();
  return root;
}

function logsOf(table: Table | undefined): AgentConfiguration['logs'] {
  const logs = {
    bootLog: table?.text('boot') ?? kernelMeasurementFiles.bootLog,
    imaLog: table?.text('measurements') ?? kernelMeasurementFiles.imaLog,
  };
  table?.finish();
  return logs;
}
