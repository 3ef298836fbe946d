// The ceremonies of a root by the command line alone: holders who each sign where their key is, keys on a token, keys that
// are stolen, and the rehearsals of all that.
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { encodePem, type Signer } from '@kiten/codec';
import { generateReleaseSigner, nodeVerify, type ReleaseAlgorithm, storeSigner } from '@kiten/identity';
import { TufRepository } from '@kiten/update';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kiten, type Outcome } from './kiten.ts';
import { newFolder, refusal } from './outcomes.ts';
import { requireFile, requireTool } from './tools.ts';

const module = '/usr/lib/softhsm/libsofthsm2.so';
const hasToken =
  requireTool('pkcs11-tool', 'opensc') &&
  requireTool('softhsm2-util', 'softhsm2') &&
  requireFile(module, 'softhsm2');

type Json = Record<string, never>;

/** A repository that three hold the root of, two of whom sign; each has a folder of their own. */
class Ceremony {
  readonly folder: string;
  readonly repository: string;
  /** Where the next root waits. */
  readonly proposal: string;
  readonly signers = new Map<string, Signer>();
  env: Record<string, string> = {};

  constructor(folder: string) {
    this.folder = folder;
    this.repository = join(folder, 'repository');
    this.proposal = join(folder, 'repository', 'staged', 'root.json');
  }

  readonly at = (...parts: string[]): string => join(this.folder, ...parts);

  readonly update = (...args: string[]): Promise<Outcome> => kiten(['update', ...args], this.env);

  readonly done = async <T = Json>(...args: string[]): Promise<T> => {
    const outcome = await this.update(...args, '--json');
    expect(outcome).toMatchObject({ code: 0 });
    return JSON.parse(outcome.stdout) as T;
  };

  readonly refused = async (...args: string[]): Promise<string> =>
    refusal(await this.update(...args, '--json'));

  /** Key pairs `NAME.key` and `NAME.pub`. */
  async keys(...names: readonly string[]): Promise<void> {
    for (const name of names) {
      const signer = generateReleaseSigner(kinds[name] ?? 'EdDSA');
      this.signers.set(name, signer);
      await storeSigner(this.at(`${name}.key`), signer);
      await writeFile(this.at(`${name}.pub`), encodePem('PUBLIC KEY', signer.publicKey));
    }
  }

  publish(key = 'online'): Promise<Json> {
    return this.done('publish', this.repository, '--key', this.at(`${key}.key`));
  }

  /** The first state, served, as a client takes it. */
  async served(): Promise<void> {
    await this.keys('ann', 'bob', 'cho', 'makers', 'online');
    const repository = new TufRepository({
      ...{ directory: this.repository, verify: nodeVerify, clock: { now: () => Date.now() } },
    });
    const held = (...names: readonly string[]) => ({
      keys: names.map((holder) => ({ ...this.signers.get(holder)!, holder })),
      threshold: Math.min(names.length, 2),
    });
    const online = held('online');
    const root = held('ann', 'bob', 'cho');
    await repository.create({ root, targets: held('makers'), snapshot: online, timestamp: online });
    for (const name of ['ann', 'bob']) await repository.sign('root', this.signers.get(name)!);
    await repository.sign('targets', this.signers.get('makers')!);
    await repository.publish([this.signers.get('online')!]);
  }

  readonly root = (version: number): string => this.at('repository', 'metadata', `${version}.root.json`);
}

const kinds: Readonly<Record<string, ReleaseAlgorithm>> = { bob: 'ES256', cho: 'PS256' };

const newCeremony = async (): Promise<Ceremony> => new Ceremony(await newFolder());

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

describe('kiten update root', () => {
  it('hands a root on: one holder goes, one comes, each signs alone, and a client follows', async () => {
    const ceremony = await newCeremony();
    const { at, repository, proposal, done, refused } = ceremony;
    await ceremony.served();
    await ceremony.keys('dora');
    const client = ['tuf-client', '--metadata-dir', at('client')];
    await done(...client, 'init', ceremony.root(1));
    const change = ['--add', `root=${at('dora.pub')}`, '--remove', 'root=cho'];
    const proposed = await done<{ digest: string; differences: unknown; complete: boolean }>(
      ...['root', 'propose', repository, ...change],
    );
    // Beside them it expires later, unless it was made within the same second as the first.
    expect(proposed).toMatchObject({
      differences: expect.arrayContaining([
        expect.objectContaining({ kind: 'holder-removed', role: 'root', holder: 'cho' }),
        expect.objectContaining({ kind: 'holder-added', role: 'root', holder: 'dora' }),
      ]),
      complete: false,
    });
    const sign = (name: string, ...more: string[]) =>
      ['root', 'sign', proposal, '--trusted', ceremony.root(1), '--key', at(`${name}.key`)].concat(more);
    const digest = ['--digest', proposed.digest.slice(0, 20)];
    expect(await refused(...sign('ann', '--digest', '0123456789abcdef'))).toBe('kiten/digest-differs');
    expect(await refused(...sign('online', ...digest))).toBe('kiten/holder-unknown');
    for (const name of ['ann', 'dora']) await done(...sign(name, ...digest, '--out', at(`${name}.json`)));
    expect(await done('root', 'assemble', repository, at('ann.json'))).toMatchObject({ complete: false });
    expect(await refused('publish', repository, '--key', at('online.key'))).toBe(
      'update/root-not-vouched-for',
    );
    expect(await done('root', 'assemble', repository, at('dora.json'))).toMatchObject({
      complete: false,
      needs: [
        { by: 'before', missing: 1 },
        { by: 'after', missing: 0 },
      ],
    });
    await done(...sign('bob', ...digest, '--out', at('bob.json')));
    expect(await done('root', 'assemble', repository, at('bob.json'))).toMatchObject({ complete: true });
    expect(await ceremony.publish()).toMatchObject({ root: 2 });
    const url = `${await serve(repository)}/metadata`;
    expect(await done(...client, 'refresh', '--metadata-url', url)).toMatchObject({ root: 2 });
    const { stdout } = await ceremony.update('root', 'show', repository);
    expect(stdout).toMatch(/root: 2 of 3 keys: ann \([0-9a-f]{8}\), bob \(.{8}\), dora \(.{8}\)\n/);
  });

  it('puts nothing together that says different things, or that somebody changed', async () => {
    const ceremony = await newCeremony();
    const { at, proposal, repository, done, refused } = ceremony;
    await ceremony.served();
    await done('root', 'propose', repository);
    const file = JSON.parse(await readFile(proposal, 'utf8'));
    file.signed.expires = '2099-01-01T00:00:00Z';
    await writeFile(at('other.json'), JSON.stringify(file));
    expect(await refused('root', 'assemble', repository, at('other.json'))).toBe(
      'update/ceremony-other-file',
    );
    await done('sign', at('other.json'), '--key', at('ann.key'));
    const { signatures } = JSON.parse(await readFile(at('other.json'), 'utf8'));
    const original = JSON.parse(await readFile(proposal, 'utf8'));
    await writeFile(at('other.json'), JSON.stringify({ ...original, signatures }));
    expect(await refused('root', 'assemble', repository, at('other.json'))).toBe('update/ceremony-signature');
    const later = ['root', 'sign', proposal, '--digest', '0'.repeat(16), '--key', at('ann.key')];
    expect(await refused(...later)).toBe('kiten/option-missing');
    expect(await refused(...later, '--trusted', proposal)).toBe('update/root-version');
  });

  it('is shown with all that has to be seen to', async () => {
    const ceremony = await newCeremony();
    const { at, done } = ceremony;
    await ceremony.keys('ann', 'online');
    const holders = ['root=ann', 'targets=online', 'snapshot=online', 'timestamp=online'];
    await done(
      ...['init', ceremony.repository],
      ...holders.flatMap((each) => ['--holder', `${each.replace('=', `=${at('')}/`)}.pub`]),
    );
    const { warnings } = await done<{ warnings: { kind: string }[] }>('root', 'show', ceremony.proposal);
    expect(warnings.map(({ kind }) => kind)).toEqual([
      ...['one-is-enough', 'none-to-spare', 'none-to-spare', 'offline-and-online'],
    ]);
  });

  it('rehearses what is planned, and changes nothing', async () => {
    const ceremony = await newCeremony();
    const { at, repository } = ceremony;
    await ceremony.served();
    await ceremony.keys('dora');
    const change = ['--add', `root=${at('dora.pub')}`, '--remove', 'root=cho'];
    const { code, stdout } = await ceremony.update('root', 'propose', repository, ...change, '--rehearse');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^A rehearsal, with throw-away keys in a copy\. Nothing was changed\.\n1\. /);
    expect(stdout).toContain('published too early, it is refused: update/root-not-vouched-for');
    expect(stdout).toMatch(
      /● a client that is up to date accepts: root 2, timestamp \d+, snapshot \d+, targets 1\n/,
    );
    expect(stdout).toMatch(/Every client did what it should\.\n$/);
    await expect(stat(ceremony.proposal)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('recovers from a stolen online key, and says what whoever has it can do', async () => {
    const ceremony = await newCeremony();
    const { at, repository, proposal, done, refused } = ceremony;
    await ceremony.served();
    await ceremony.keys('fresh');
    const stolen = ['root', 'recover', repository, '--stolen', 'timestamp', '--stolen', 'snapshot'];
    expect(await done(...stolen, '--rehearse')).toMatchObject({ asExpected: true });
    expect(await refused(...stolen)).toBe('update/recovery-replacement');
    const add = ['timestamp', 'snapshot'].flatMap((role) => ['--add', `${role}=${at('fresh.pub')}`]);
    const { stdout } = await ceremony.update(...stolen, ...add);
    expect(stdout).toContain('name versions that nothing honest could follow');
    expect(stdout).toContain('− timestamp: online');
    const [digest = ''] = /(?<=digest )[0-9a-f ]+/.exec(stdout) ?? [];
    for (const name of ['ann', 'bob']) {
      await done(
        ...['root', 'sign', proposal, '--trusted', ceremony.root(1), '--key', at(`${name}.key`)],
        ...['--digest', digest],
      );
    }
    expect(await refused('publish', repository, '--key', at('online.key'))).toBe('update/unsigned');
    expect(await ceremony.publish('fresh')).toMatchObject({ root: 2 });
  });

  it('begins anew by hand when a majority of root was stolen', async () => {
    const ceremony = await newCeremony();
    const { at, repository, proposal, done, refused } = ceremony;
    await ceremony.served();
    const client = ['tuf-client', '--metadata-dir', at('client')];
    await done(...client, 'init', ceremony.root(1));
    const stolen = ['root', 'recover', repository, '--stolen', 'root=ann', '--stolen', 'root=bob'];
    expect(await refused(...stolen)).toBe('update/recovery-by-hand');
    const { steps } = await done<{ steps: { who: string }[] }>(...stolen, '--rehearse');
    expect(steps.some(({ who }) => who === 'somebody at each device')).toBe(true);
    await ceremony.keys('dora', 'emil', 'makers2', 'online2');
    const holders = ['root=dora', 'root=emil', 'targets=makers2', 'snapshot=online2', 'timestamp=online2'];
    await done(
      ...['root', 'begin-anew', repository, '--threshold', 'root=2'],
      ...holders.flatMap((each) => ['--holder', `${each.replace('=', `=${at('')}/`)}.pub`]),
    );
    for (const name of ['dora', 'emil']) await done('sign', proposal, '--key', at(`${name}.key`));
    await done('sign', at('repository', 'staged', 'targets.json'), '--key', at('makers2.key'));
    const publish = ['publish', repository, '--key', at('online2.key')];
    expect(await refused(...publish)).toBe('update/root-not-vouched-for');
    expect(await done(...publish, '--new-trust')).toMatchObject({ root: 2 });
    const url = `${await serve(repository)}/metadata`;
    expect(await refused(...client, 'refresh', '--metadata-url', url)).toBe('update/root-not-vouched-for');
    const replace = [...client, 'init', ceremony.root(2), '--replace', '--digest'];
    expect(await refused(...replace, '00'.repeat(32))).toBe('update/root-digest');
    const { stdout } = spawnSync('sha256sum', [ceremony.root(2)], { encoding: 'utf8' });
    await done(...replace, stdout.slice(0, 64));
    expect(await done(...client, 'refresh', '--metadata-url', url)).toMatchObject({ root: 2 });
  });
});

describe('kiten update key', () => {
  it('makes keys for their owner alone, encrypted if asked to, and shows them', async () => {
    const ceremony = await newCeremony();
    const { at, done, refused } = ceremony;
    await writeFile(at('words'), 'correct horse\n', { mode: 0o600 });
    const words = ['--passphrase-file', at('words')];
    const made = await done<{ keyId: string }>('key', 'generate', at('ann.key'), '--kind', 'rsa', ...words);
    expect(made).toMatchObject({ scheme: 'rsassa-pss-sha256', publicFile: at('ann.pub') });
    expect((await stat(at('ann.key'))).mode & 0o777).toBe(0o600);
    expect(await done('key', 'show', at('ann.pub'))).toMatchObject({ keyId: made.keyId });
    expect(await done('key', 'show', at('ann.key'), ...words)).toMatchObject({ keyId: made.keyId });
    expect(await refused('key', 'show', at('ann.key'))).toBe('identity/key-file-encrypted');
    await writeFile(at('words'), 'wrong\n');
    expect(await refused('key', 'show', at('ann.key'), ...words)).toBe('identity/key-passphrase');
    expect(await refused('key', 'generate', at('ann.key'))).toBe('identity/key-file-exists');
  });
});

describe.skipIf(!hasToken)('a key on a token', () => {
  /** A token of SoftHSM with a key of each kind, as URIs. */
  async function newToken(ceremony: Ceremony) {
    const { at } = ceremony;
    await mkdir(at('tokens'));
    await writeFile(at('softhsm.conf'), `directories.tokendir = ${at('tokens')}\nlog.level = ERROR\n`);
    await writeFile(at('pin'), '4321\n', { mode: 0o600 });
    ceremony.env = { SOFTHSM2_CONF: at('softhsm.conf') };
    const env = { ...process.env, ...ceremony.env };
    const run = (program: string, ...args: string[]) => {
      const { status, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
    };
    run(
      'softhsm2-util',
      '--init-token',
      '--free',
      '--label',
      'safe',
      '--so-pin',
      '12345678',
      '--pin',
      '4321',
    );
    const login = ['--module', module, '--token-label', 'safe', '--login', '--pin', '4321'];
    const kinds = { ec: 'EC:prime256v1', ed: 'EC:edwards25519', rsa: 'rsa:2048' };
    for (const [index, [label, kind]] of Object.entries(kinds).entries()) {
      run(
        'pkcs11-tool',
        ...login,
        '--keypairgen',
        '--key-type',
        kind,
        '--id',
        `0${index + 1}`,
        '--label',
        label,
      );
    }
    const uri = (attribute: string) =>
      `pkcs11:token=safe;${attribute}?module-path=${module}&pin-source=file:${at('pin')}`;
    return { ec: uri('object=ec'), ed: uri('object=ed'), rsa: uri('id=%03'), uri };
  }

  it('signs a root without ever leaving it, on P-256 and with RSA-PSS', async () => {
    const ceremony = await newCeremony();
    const { at, done, proposal } = ceremony;
    const token = await newToken(ceremony);
    await done('key', 'show', token.ec, '--out', at('ann.pub'));
    expect(await done('key', 'show', token.rsa, '--out', at('bob.pub'))).toMatchObject({
      scheme: 'rsassa-pss-sha256',
    });
    await ceremony.keys('makers', 'online');
    const holders = ['root=ann', 'root=bob', 'targets=makers', 'snapshot=online', 'timestamp=online'];
    await done(
      ...['init', ceremony.repository, '--threshold', 'root=2'],
      ...holders.flatMap((each) => ['--holder', `${each.replace('=', `=${at('')}/`)}.pub`]),
    );
    const { digest } = await done<{ digest: string }>(
      ...['root', 'assemble', ceremony.repository, proposal, '--new-trust'],
    );
    const sign = ['root', 'sign', proposal, '--first', '--digest', digest, '--key', token.ec, token.rsa];
    expect(await done(...sign)).toMatchObject({ complete: true });
    await done('sign', at('repository', 'staged', 'targets.json'), '--key', at('makers.key'));
    expect(await ceremony.publish()).toMatchObject({ root: 1 });
  });

  it('signs short things with Ed25519, and says so of long ones', async () => {
    const ceremony = await newCeremony();
    const { at, done, refused } = ceremony;
    const token = await newToken(ceremony);
    expect(await done('key', 'show', token.ed)).toMatchObject({ scheme: 'ed25519' });
    const short = { signed: { _type: 'timestamp', version: 1 }, signatures: [] };
    await writeFile(at('short.json'), JSON.stringify(short));
    expect(await done('sign', at('short.json'), '--key', token.ed)).toMatchObject({ type: 'timestamp' });
    await writeFile(
      at('long.json'),
      JSON.stringify({ ...short, signed: { ...short.signed, x: 'x'.repeat(1100) } }),
    );
    expect(await refused('sign', at('long.json'), '--key', token.ed)).toBe('kiten/pkcs11-too-long');
  });

  it('is refused with a wrong PIN, one that others can read, one on the command line, and without a key', async () => {
    const ceremony = await newCeremony();
    const { at, refused } = ceremony;
    const token = await newToken(ceremony);
    const show = (uri: string) => refused('key', 'show', uri);
    expect(await show(token.uri('object=nothing'))).toBe('kiten/pkcs11-key');
    expect(await show(token.uri('id=%09'))).toBe('kiten/pkcs11-failed');
    expect(await show(token.ec.replace(/pin-source=.*/, 'pin-value=4321'))).toBe('kiten/pkcs11-pin-exposed');
    expect(await show('pkcs11:object=ec')).toBe('kiten/pkcs11-uri');
    await writeFile(at('pin'), '0000\n');
    expect(await show(token.ec)).toBe('kiten/pkcs11-failed');
    spawnSync('chmod', ['644', at('pin')]);
    expect(await show(token.ec)).toBe('identity/key-file-exposed');
  });
});
