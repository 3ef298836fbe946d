// A repository by the command line alone, its keys made by OpenSSL, and a client that trusts nothing but its first root.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kiten, run } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

const openssl = requireTool('openssl', 'openssl');

/** A working directory with key pairs `NAME.key` and `NAME.pub`. */
async function withKeys(...names: string[]) {
  const folder = await newFolder();
  for (const name of names) {
    const key = join(folder, `${name}.key`);
    const kind = name.startsWith('ec') ? ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['ed25519'];
    await run('openssl', ['genpkey', '-algorithm', ...kind, '-out', key]);
    await run('openssl', ['pkey', '-in', key, '-pubout', '-out', join(folder, `${name}.pub`)]);
    await run('chmod', ['600', key]);
  }
  const at = (name: string) => join(folder, name);
  const update = (...args: string[]) => kiten(['update', ...args]);
  const done = async (...args: string[]) => {
    const outcome = await update(...args, '--json');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(outcome.stdout);
  };
  return { at, update, done };
}

async function serve(directory: string): Promise<string> {
  const server = createServer(async (request, response) => {
    const bytes = await readFile(join(directory, request.url ?? '')).catch(() => undefined);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(!openssl)('kiten update', () => {
  it('makes a repository of several holders, whose releases a client fetches', async () => {
    const { at, update, done } = await withKeys('ann', 'ec-bob', 'cho', 'makers', 'online', 'fresh');
    const repository = at('repository');
    const holders = [
      'root=ann',
      'root=ec-bob',
      'root=cho',
      'targets=makers',
      'snapshot=online',
      'timestamp=online',
    ];
    const staged = await done(
      ...['init', repository, '--threshold', 'root=2'],
      ...holders.flatMap((each) => ['--holder', `${each.replace('=', `=${at('')}/`)}.pub`]),
    );
    expect(staged).toMatchObject({ staged: [{ role: 'root', version: 1 }, { role: 'targets' }] });
    await writeFile(at('firmware.bin'), 'release 1');
    await done(
      'add',
      repository,
      at('firmware.bin'),
      '--as',
      'pump/firmware.bin',
      '--custom',
      '{"counter":1}',
    );

    const [root, targets] = [join(repository, 'staged/root.json'), join(repository, 'staged/targets.json')];
    await done('sign', targets, '--key', at('makers.key'));
    await done('sign', root, '--key', at('ann.key'));
    expect(refusal(await update('publish', repository, '--key', at('online.key'), '--json'))).toBe(
      'update/threshold',
    );
    // Carried to Bob, and back.
    await copyFile(root, at('carried.json'));
    expect(await done('sign', at('carried.json'), '--key', at('ec-bob.key'))).toMatchObject({
      type: 'root',
      version: 1,
    });
    await copyFile(at('carried.json'), root);
    expect(await done('publish', repository, '--key', at('online.key'))).toEqual({
      ...{ root: 1, timestamp: 1, snapshot: 1, targets: { targets: 1 } },
    });
    expect(await done('verify', repository)).toMatchObject({ root: 1, files: 1 });

    const rootOption = ['--root', join(repository, 'metadata/1.root.json')];
    expect(await done('verify', join(repository, 'metadata/1.targets.json'), ...rootOption)).toMatchObject({
      ...{ type: 'targets', version: 1 },
    });

    const url = await serve(repository);
    const client = (...args: string[]) => [
      ...['tuf-client', '--metadata-dir', at('trusted'), '--metadata-url', `${url}/metadata`, ...args],
    ];
    await done(...client('init', join(repository, 'metadata/1.root.json')));
    const download = client('download', '--target-name', 'pump/firmware.bin', '--target-dir', at('slot'));
    expect(await done(...download, '--target-base-url', `${url}/targets`)).toMatchObject({
      custom: { counter: 1 },
    });
    expect(await readFile(join(at('slot'), 'pump%2Ffirmware.bin'), 'utf8')).toBe('release 1');

    // The online key is lost: two of three give it up.
    await done(
      'rotate',
      repository,
      '--holder',
      `snapshot=${at('fresh.pub')}`,
      '--holder',
      `timestamp=${at('fresh.pub')}`,
    );
    await done('sign', root, '--key', at('ec-bob.key'), at('cho.key'));
    expect(refusal(await update('publish', repository, '--key', at('online.key'), '--json'))).toBe(
      'update/unsigned',
    );
    await done('publish', repository, '--key', at('fresh.key'));
    expect(await done(...client('refresh'))).toEqual({ root: 2, timestamp: 2, snapshot: 2, targets: 1 });
  }, 120_000);

  it('entrusts paths to a supplier', async () => {
    const { at, done } = await withKeys('all', 'acme');
    const repository = at('repository');
    const roles = ['root', 'targets', 'snapshot', 'timestamp'];
    await done('init', repository, ...roles.flatMap((role) => ['--holder', `${role}=${at('all.pub')}`]));
    await done('delegate', repository, 'acme', '--path', 'valve/*', '--key', at('acme.pub'));
    await writeFile(at('valve.bin'), 'valve 1');
    await done('add', repository, at('valve.bin'), '--as', 'valve/firmware.bin', '--role', 'acme');
    for (const file of ['root', 'targets'])
      await done('sign', join(repository, `staged/${file}.json`), '--key', at('all.key'));
    await done('sign', join(repository, 'staged/acme.json'), '--key', at('acme.key'));
    await done('publish', repository, '--key', at('all.key'));
    expect(await done('verify', repository)).toMatchObject({ targets: { targets: 1, acme: 1 }, files: 1 });
  });

  it('says what is missing or wrong', async () => {
    const { at, update } = await withKeys('ann');
    await mkdir(at('empty/metadata'), { recursive: true });
    expect(refusal(await update('init', at('new'), '--holder', `root=${at('ann.pub')}`, '--json'))).toBe(
      'kiten/option-missing',
    );
    expect(refusal(await update('init', at('new'), '--holder', `root=${at('ann.key')}`, '--json'))).toBe(
      'kiten/public-key-malformed',
    );
    expect(refusal(await update('verify', at('empty'), '--json'))).toBe('update/role-file-missing');
    expect(await update('init', at('new'), '--holder', 'nobody=x')).toMatchObject({ code: 2 });
    expect(await update('add', at('new'), at('ann.pub'), '--as', 'a', '--custom', '[]')).toMatchObject({
      code: 2,
    });
  });
});
