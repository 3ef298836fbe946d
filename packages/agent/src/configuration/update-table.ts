import { KitenError } from '@kiten/codec';
import { parseVerifierKey, type VerifierKey } from '@kiten/ledger';
import type { LogTrust } from '@kiten/update';
import type { Program } from '../update/run-program.ts';
import type { SlotSettings, SuitSettings, UpdateSettings } from '../update/settings.ts';
import type { Table } from './table.ts';

const minute = 60_000;

/** @throws KitenError `agent/config-key` */
export function updateOf(table: Table | undefined, device: string): UpdateSettings | undefined {
  if (table === undefined) return undefined;
  const minutes = (key: string, unless: number) => minute * (table.integer(key, 1, 100_000) ?? unless);
  const settings = {
    directory: table.text('state') ?? '/var/lib/kiten-agent-update',
    hardware: table.needed('hardware'),
    ecu: table.text('ecu') ?? device,
    directorRoot: table.needed('director-root'),
    imageRoot: table.needed('image-root'),
    slots: slotsOf(table),
    restart: programOf(table, 'restart'),
    health: programOf(table, 'health'),
    confirmWithin: minutes('confirm-within-minutes', 10),
    boots: table.integer('confirm-within-boots', 1, 100) ?? 3,
    interval: minutes('interval-minutes', 60),
    log: logOf(table.table('log')),
    suit: suitOf(table.table('suit')),
  };
  table.finish();
  return settings;
}

function slotsOf(table: Table): SlotSettings {
  const [directories, devices, programs] = [
    table.table('directories'),
    table.table('devices'),
    table.table('programs'),
  ];
  if ([directories, devices, programs].filter((each) => each !== undefined).length !== 1)
    throw table.refusal('', 'has one of the tables directories, devices and programs');
  const slots = directories
    ? directoriesOf(directories)
    : devices
      ? devicesOf(devices)
      : programsOf(programs!);
  (directories ?? devices ?? programs)!.finish();
  return slots;
}

const directoriesOf = (table: Table): SlotSettings => ({
  kind: 'directories',
  directory: table.needed('directory'),
});

const devicesOf = (table: Table): SlotSettings => ({
  kind: 'devices',
  devices: { a: table.needed('a'), b: table.needed('b') },
  bootState: table.needed('boot-state'),
});

function programsOf(table: Table): SlotSettings {
  const names = table.texts('names');
  const [a, b] = names ?? [];
  if (names?.length !== 2 || a === undefined || b === undefined || a === b)
    throw table.refusal('names', 'is what the programs call the two slots');
  const program = (key: string) => programOf(table, key) ?? missing(table, key);
  return {
    kind: 'programs',
    programs: {
      names: [a, b],
      running: program('running'),
      install: program('install'),
      activate: program('activate'),
      settle: program('settle'),
    },
  };
}

function programOf(table: Table, key: string): Program | undefined {
  const [program, ...args] = table.texts(key) ?? [];
  return program === undefined ? undefined : [program, ...args];
}

function missing(table: Table, key: string): never {
  throw table.refusal(key, 'is missing');
}

function suitOf(table: Table | undefined): SuitSettings | undefined {
  if (table === undefined) return undefined;
  const keys = table.texts('keys') ?? missing(table, 'keys');
  const suit = {
    keys,
    threshold: table.integer('threshold', 1, keys.length) ?? 1,
    vendor: table.needed('vendor'),
    class: table.needed('class'),
    component: table.text('component') ?? '/image',
  };
  table.finish();
  return suit;
}

function logOf(table: Table | undefined): LogTrust | undefined {
  if (table === undefined) return undefined;
  const [keys, witnesses] = [keysOf(table, 'keys'), keysOf(table, 'witnesses')];
  const [first] = keys;
  const log = {
    log: { origin: first?.name ?? '', keys },
    witnesses,
    quorum: table.integer('quorum', 1, 100) ?? new Set(witnesses.map(({ name }) => name)).size,
    maximumAge: minute * (table.integer('maximum-age-minutes', 1, 100_000) ?? 1440),
  };
  if (keys.some(({ name }) => name !== log.log.origin)) throw table.refusal('keys', 'are of one log');
  table.finish();
  return log;
}

function keysOf(table: Table, key: string): readonly VerifierKey[] {
  const texts = table.texts(key) ?? missing(table, key);
  try {
    return texts.map(parseVerifierKey);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    throw table.refusal(key, 'are verifier keys, as "kiten log key" prints them');
  }
}
