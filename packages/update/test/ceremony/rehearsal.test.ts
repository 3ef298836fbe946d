// 15 of the list of attacks: compromise drills. Every one is played with throw-away keys in a copy of a repository, and each
// client that it shows is ours: what it refuses leaves what it trusts as it was.
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Rehearsal,
  type RehearsalPorts,
  readMetadataFile,
  rehearseChange,
  rehearseRecovery,
  type StolenKeys,
} from '../../src/index.ts';
import { codeOf } from '../support/fixture.ts';
import { ed25519Signer, nodeVerify } from '../support/keys.ts';
import { newRepository, publishedRepository, type RepositoryFixture } from '../support/repository-fixture.ts';

async function ports(fixture: RepositoryFixture): Promise<RehearsalPorts> {
  return {
    ...{ directory: fixture.directory, clock: fixture.clock, verify: nodeVerify, newSigner: ed25519Signer },
    scratch: await mkdtemp(join(fixture.folder, 'scratch-')),
  };
}

/** The key ids of a role, as the newest root has them. */
async function keyIds(fixture: RepositoryFixture, role: string, count = 99): Promise<readonly string[]> {
  const { signed } = readMetadataFile(await readFile(join(fixture.directory, 'metadata', '1.root.json')));
  const roles = signed.roles as Record<string, { keyids: string[] }>;
  return roles[role]!.keyids.slice(0, count);
}

async function digestOf(directory: string): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of (await readdir(directory, { recursive: true, withFileTypes: true })).sort((one, two) =>
    `${one.parentPath}/${one.name}` < `${two.parentPath}/${two.name}` ? -1 : 1,
  )) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    hash.update(file).update(await readFile(file));
  }
  return hash.digest('hex');
}

/** `who: does → client accepts/refuses CODE`, a line for each client of each step that has some. */
const told = ({ steps }: Rehearsal): string[] =>
  steps.flatMap(({ does, clients }) =>
    clients.map((each) => `${does}: ${each.client} ${'accepts' in each ? 'accepts' : each.refuses}`),
  );

async function rehearse(stolen: Readonly<Record<string, number>>, fixture?: RepositoryFixture) {
  const made = fixture ?? (await publishedRepository());
  const entries = Object.entries(stolen).map(async ([role, count]) => [
    role,
    await keyIds(made, role, count),
  ]);
  const keys = Object.fromEntries(await Promise.all(entries)) as StolenKeys;
  const before = await digestOf(made.directory);
  const rehearsal = await rehearseRecovery(await ports(made), keys);
  // The rehearsal has changed nothing of what it rehearses.
  expect(await digestOf(made.directory)).toBe(before);
  expect(rehearsal.asExpected).toBe(true);
  return told(rehearsal);
}

const [saw, missed, fresh] = [
  'a client that saw what was forged',
  'a client that did not',
  'a client that begins with the root before',
];
const recovered = [saw, missed, fresh].map((client) => `Clients look for updates: ${client} accepts`);
const worthless = (code: string) =>
  [saw, missed, fresh].map((each) => `tries the same again: ${each} ${code}`);

describe('15 compromise of an online key', () => {
  it('timestamp: clients are held up, and follow the next root out of it', async () => {
    const lines = await rehearse({ timestamp: 1 });
    expect(lines).toContain(`releases something of their own: ${saw} update/unsigned`);
    expect(lines).toContain(`publishes as ever, before anything is done about it: ${saw} update/rollback`);
    expect(lines).toEqual(expect.arrayContaining([...recovered, ...worthless('update/unsigned')]));
  });

  it('snapshot: alone it is good for nothing, and goes', async () => {
    const lines = await rehearse({ snapshot: 1 });
    expect(lines).toContain(`releases something of their own: ${saw} update/unsigned`);
    expect(lines).toContain(`publishes as ever, before anything is done about it: ${saw} accepts`);
    expect(lines).toEqual(expect.arrayContaining([...recovered, ...worthless('update/unsigned')]));
  });

  it('timestamp and snapshot: versions run up are forgotten with the keys', async () => {
    const lines = await rehearse({ timestamp: 1, snapshot: 1 });
    expect(lines).toContain(`does so in versions that nothing honest could follow: ${saw} update/unsigned`);
    expect(lines).toEqual(expect.arrayContaining([...recovered, ...worthless('update/unsigned')]));
  });
});

describe('15 compromise of a key of targets', () => {
  it('alone: nobody lists what it signs', async () => {
    const lines = await rehearse({ targets: 1 });
    expect(lines).toContain(`releases something of their own: ${saw} update/unsigned`);
    expect(lines).toEqual(expect.arrayContaining(recovered));
  });

  it('with the online keys: clients take what they should not, until the next root', async () => {
    const lines = await rehearse({ targets: 1, snapshot: 1, timestamp: 1 });
    expect(lines).toContain(`releases something of their own: ${saw} accepts`);
    expect(lines).toEqual(expect.arrayContaining([...recovered, ...worthless('update/unsigned')]));
  });
});

describe('15 compromise of keys of root', () => {
  it('a minority makes no root, and is replaced', async () => {
    const lines = await rehearse({ root: 1 });
    expect(lines).toContain(
      `names themselves the holder of everything, in the next root: ${saw} update/root-not-vouched-for`,
    );
    expect(lines).toEqual(expect.arrayContaining(recovered));
  });

  it('a majority takes clients over; they are given another root by hand, each of them', async () => {
    const lines = await rehearse({ root: 2 });
    expect(lines).toEqual([
      `Clients are up to date: ${saw} accepts`,
      `Clients are up to date: ${missed} accepts`,
      `names themselves the holder of everything, in the next root: ${saw} accepts`,
      `publishes as ever: ${saw} update/unsigned`,
      `Clients look for updates: ${saw} update/unsigned`,
      `Clients look for updates: ${missed} update/root-not-vouched-for`,
      `replaces the root by hand, holding its SHA-256 against what they were told: ${saw} accepts`,
      `replaces the root by hand, holding its SHA-256 against what they were told: ${missed} accepts`,
      `tries the same again: ${saw} update/root-not-vouched-for`,
      `tries the same again: ${missed} update/root-not-vouched-for`,
    ]);
  });

  it('is no more to be rehearsed than what the root names', async () => {
    const fixture = await publishedRepository();
    const stolen = { root: ['00'.repeat(32)] };
    expect(await codeOf(rehearseRecovery(await ports(fixture), stolen))).toMatchObject({
      code: 'update/holder-unknown',
    });
  });
});

describe('a rehearsed change of holders', () => {
  it('says who signs, how far it is, and that it is not published before', async () => {
    const fixture = await publishedRepository();
    const [ann] = await keyIds(fixture, 'root');
    const change = {
      add: { root: [{ ...ed25519Signer(), holder: 'dora' }] },
      remove: { root: [ann!] },
    };
    const { steps, asExpected } = await rehearseChange(await ports(fixture), change);
    expect(asExpected).toBe(true);
    const signing = steps.filter(({ does }) => does.startsWith('signs root 2'));
    expect(signing.map(({ notes }) => notes)).toEqual([
      [
        '1 more of the holders so far, 1 more of the new holders',
        'published too early, it is refused: update/root-not-vouched-for',
      ],
      ['now it is enough'],
    ]);
    expect(steps.at(-1)).toMatchObject({
      who: 'a holder of root who was removed',
      clients: [{ refuses: 'update/root-not-vouched-for', unchanged: true }],
    });
  });

  it('needs the new holder when all of the old ones go', async () => {
    const fixture = await publishedRepository();
    const add = ['dora', 'emil'].map((holder) => ({ ...ed25519Signer(), holder }));
    const change = { add: { root: add }, remove: { root: await keyIds(fixture, 'root') } };
    const { steps } = await rehearseChange(await ports(fixture), change);
    const signers = steps.filter(({ does }) => does.startsWith('signs root 2')).map(({ who }) => who);
    expect(signers.slice(2)).toEqual(expect.arrayContaining(['dora', 'emil']));
  });

  it('renews with nothing changed, and rotates online and targets keys', async () => {
    const fixture = await publishedRepository();
    expect(await rehearseChange(await ports(fixture), {})).toMatchObject({ asExpected: true });
    const online = {
      timestamp: await keyIds(fixture, 'timestamp'),
      targets: await keyIds(fixture, 'targets'),
    };
    const add = { timestamp: [ed25519Signer()], targets: [ed25519Signer()] };
    expect(await rehearseChange(await ports(fixture), { add, remove: online })).toMatchObject({
      asExpected: true,
    });
  });

  it('is refused where it would leave too few', async () => {
    const fixture = await publishedRepository();
    const remove = { root: await keyIds(fixture, 'root', 2) };
    expect(await codeOf(rehearseChange(await ports(fixture), { remove }))).toMatchObject({
      code: 'update/threshold-impossible',
    });
  });

  it('leaves out what is delegated, and says so', async () => {
    const fixture = await publishedRepository();
    const supplier = ed25519Signer();
    await fixture.repository.delegate({ name: 'acme', paths: ['valve/*'], keys: [supplier], threshold: 1 });
    await fixture.publish({ acme: [supplier] });
    expect(await rehearseChange(await ports(fixture), {})).toMatchObject({
      leftOut: ['acme'],
      asExpected: true,
    });
  });

  it('takes a repository that serves something', async () => {
    expect(await codeOf(rehearseChange(await ports(await newRepository()), {}))).toMatchObject({
      code: 'update/nothing-published',
    });
  });
});
