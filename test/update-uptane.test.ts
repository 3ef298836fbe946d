// A release from its makers by a Director to a vehicle, by the command line alone; and what is refused on the way.
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kiten, type Outcome } from './kiten.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const update = (...args: string[]): Promise<Outcome> => kiten(['update', ...args, '--json']);

async function done(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await update(...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await update(...args);
  expect(code).toBe(1);
  return (JSON.parse(stderr) as { error: { code: string } }).error.code;
}

async function newKey(name: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(at(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(at(`${name}.pub`), publicKey.export({ type: 'spki', format: 'pem' }));
}

const holders = (name: string) =>
  ['root', 'targets', 'snapshot', 'timestamp'].flatMap((role) => [
    '--holder',
    `${role}=${at(`${name}.pub`)}`,
  ]);

const inventory = (more: object = {}) =>
  JSON.stringify({
    vehicle: 'KTN-1',
    ecus: [
      { identifier: 'gateway', hardwareId: 'gateway-board', key: 'gateway.pub', primary: true },
      { identifier: 'engine', hardwareId: 'engine-board', key: 'engine.pub', releaseCounter: 1 },
    ],
    ...more,
  });

const reported = (ecu: string) => [
  ...['uptane', 'report', ecu, '--image', at(`${ecu}-1.bin`), '--as', `${ecu}/1.bin`],
  ...['--counter', '1', '--key', at(`${ecu}.key`), '--out', at(`${ecu}.json`)],
];

const verified = (...more: string[]) => [
  ...['uptane', 'verify', '--inventory', at('vehicle.json')],
  ...(more.includes('--image') ? [] : ['--image', at('repository')]),
  ...(more.includes('--director') ? more : ['--director', at('told'), ...more]),
];

const directed = (assignments: string, out: string) => [
  ...[
    'uptane',
    'direct',
    at(assignments),
    '--inventory',
    at('vehicle.json'),
    '--manifest',
    at('manifest.json'),
  ],
  ...[
    '--image',
    at('repository'),
    '--root',
    at('director/staged/root.json'),
    '--key',
    at('online.key'),
    '--out',
    at(out),
  ],
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-uptane-'));
  for (const name of ['makers', 'online', 'gateway', 'engine']) await newKey(name);
  await writeFile(at('vehicle.json'), inventory());
  await done('init', at('repository'), ...holders('makers'));
  for (const [ecu, release] of [
    ['gateway', 1],
    ['engine', 1],
    ['engine', 2],
  ] as const) {
    const file = at(`${ecu}-${release}.bin`);
    await writeFile(file, `${ecu} release ${release}`);
    const custom = JSON.stringify({ hardwareIds: [`${ecu}-board`], releaseCounter: release });
    await done('add', at('repository'), file, '--as', `${ecu}/${release}.bin`, '--custom', custom);
  }
  for (const role of ['root', 'targets']) {
    await done('sign', at(`repository/staged/${role}.json`), '--key', at('makers.key'));
  }
  await done('publish', at('repository'), '--key', at('makers.key'));
  await done('init', at('director'), ...holders('online'));
  await done('sign', at('director/staged/root.json'), '--key', at('online.key'));
  for (const ecu of ['gateway', 'engine']) await done(...reported(ecu));
  await done(
    ...['uptane', 'manifest', at('gateway.json'), at('engine.json'), '--vehicle', 'KTN-1'],
    ...['--primary', 'gateway', '--key', at('gateway.key'), '--out', at('manifest.json')],
  );
  await writeFile(at('assignments.json'), JSON.stringify({ engine: 'engine/2.bin' }));
  await done(...directed('assignments.json', 'told'));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('kiten update uptane', () => {
  it('reports, directs, and verifies that both repositories agree', async () => {
    expect(
      await done('uptane', 'check', at('manifest.json'), '--inventory', at('vehicle.json')),
    ).toMatchObject({
      vehicle: 'KTN-1',
      reports: [{ ecu: 'engine', installed: { path: 'engine/1.bin' } }, { ecu: 'gateway' }],
    });
    expect(await done(...verified())).toMatchObject({
      vehicle: 'KTN-1',
      images: [{ ecu: 'engine', path: 'engine/2.bin', releaseCounter: 2, isInstalled: false }],
    });
    const { stdout } = await kiten(['update', ...verified()]);
    expect(stdout).toMatch(
      /^● both repositories agree .*\nECU {5}image {9}release {2}octets\nengine {2}engine\/2\.bin {2}2 /,
    );
  });

  it('looks into a manifest, whoever signed it', async () => {
    const { primary, reports } = await done('uptane', 'inspect', at('manifest.json'));
    expect({ primary, reports }).toMatchObject({
      primary: 'gateway',
      reports: [{ ecu: 'engine' }, { ecu: 'gateway', counter: 1 }],
    });
  });

  it('keeps what a vehicle trusts, and doesn’t go back', async () => {
    const state = ['--state', at('state')];
    await done(...verified(...state));
    await cp(at('told'), at('older'), { recursive: true });
    // Versions are at least the seconds since 1970, and go on with them.
    const before = (
      JSON.parse(await readFile(at('older/timestamp.json'), 'utf8')) as { signed: { version: number } }
    ).signed.version;
    await expect.poll(() => Math.floor(Date.now() / 1000)).toBeGreaterThan(before);
    await done(...directed('assignments.json', 'newer'));
    await done(...verified('--director', at('newer'), ...state));
    expect(await refused(...verified('--director', at('older'), ...state))).toBe('update/rollback');
  });

  it('fetches what both repositories agree on, whole and as described', async () => {
    await done(...verified('--out', at('slot')));
    expect(await readFile(at('slot/engine%2F2.bin'), 'utf8')).toBe('engine release 2');
    await cp(at('repository'), at('tampered'), { recursive: true });
    const [image = ''] = (await readdir(at('tampered/targets/engine'))).filter((name) =>
      name.endsWith('.2.bin'),
    );
    await writeFile(at(`tampered/targets/engine/${image}`), 'engine release 3');
    expect(await refused(...verified('--image', at('tampered'), '--out', at('empty')))).toBe(
      'update/target-mismatch',
    );
    expect(await readdir(at('empty'))).toEqual([]);
  });

  it('verifies as a secondary, fully or by the Director’s targets alone', async () => {
    const images = [{ ecu: 'engine', path: 'engine/2.bin' }];
    expect(await done(...verified('--secondary', 'engine'))).toMatchObject({ images });
    const partial = [
      ...['uptane', 'verify', '--director', at('told'), '--inventory', at('vehicle.json'), '--partial'],
      ...['--state', at('secondary')],
    ];
    expect(await done(...partial, '--secondary', 'engine')).toMatchObject({ ecu: 'engine', images });
    expect(await done(...partial, '--secondary', 'gateway')).toMatchObject({ images: [] });
    expect((await readdir(at('secondary/director'))).sort()).toEqual(['root.json', 'targets.json']);
    expect(await refused(...partial)).toBe('kiten/option-missing');
    expect(await refused(...partial, '--secondary', 'door')).toBe('update/uptane-ecu-unknown');
    const told = await readFile(at('secondary/director/targets.json'), 'utf8');
    await writeFile(
      at('secondary/director/targets.json'),
      told.replace(/"version": ?\d+/, '"version":4000000000'),
    );
    expect(await refused(...partial, '--secondary', 'engine')).toBe('update/rollback');
  });

  it('refuses what doesn’t hold, each with a code of its own, and keeps nothing of it', async () => {
    await writeFile(at('none.json'), JSON.stringify({ engine: 'engine/9.bin' }));
    expect(await refused(...directed('none.json', 'none'))).toBe('update/no-such-target');
    await writeFile(at('wrong.json'), JSON.stringify({ gateway: 'engine/2.bin' }));
    expect(await refused(...directed('wrong.json', 'none'))).toBe('update/uptane-hardware-mismatch');
    await writeFile(at('other.json'), inventory({ vehicle: 'KTN-2' }));
    const other = ['--inventory', at('other.json')];
    expect(await refused('uptane', 'check', at('manifest.json'), ...other)).toBe(
      'update/uptane-other-vehicle',
    );
    expect(await refused(...verified('--state', at('fresh'), ...other))).toBe('update/uptane-other-vehicle');
    expect(await readdir(at('fresh/director'))).toEqual(['root.json']);
    await writeFile(at('extra.json'), inventory({ more: 1 }));
    expect(await refused('uptane', 'check', at('manifest.json'), '--inventory', at('extra.json'))).toBe(
      'kiten/inventory-malformed',
    );
    expect(await refused(...verified('--legacy'))).toBe('update/metadata-type');
  });

  it('says how it is used', async () => {
    expect((await kiten(['update', 'uptane', 'verify'])).code).toBe(2);
    expect((await kiten(['update', 'uptane', '--help'])).stdout).toMatch(
      /verify .*\n[\s\S]*report [\s\S]*manifest [\s\S]*direct /,
    );
  });
});
