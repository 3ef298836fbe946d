import { join } from 'node:path';
import { toHex } from '@kiten/codec';
import { type Finding, parseDeviceId } from '@kiten/trust';
import type { Member } from '@kiten/update';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { hasPostgres, TestPostgres } from '../../../../test/postgres.ts';
import { linesOf } from '../../src/backup/lines.ts';
import {
  forgetAttester,
  putAttester,
  putState,
  storedAttesters,
  storedStates,
} from '../../src/store/attesters.ts';
import { deleteAuthority, insertAuthority, storedAuthorities } from '../../src/store/authorities.ts';
import { type Database, openDatabase, releaseErased } from '../../src/store/database.ts';
import { devicesWithSecrets, putDeviceSecrets, secretSalt } from '../../src/store/device-secrets.ts';
import { dumpStore, loadStore } from '../../src/store/dump.ts';
import {
  evidenceBefore,
  evidenceOn,
  findEvidence,
  insertEvidence,
  liveDigests,
  markErased,
} from '../../src/store/evidence.ts';
import { findingHistory, insertFindings, markCleared, newestFindings } from '../../src/store/findings.ts';
import { foundReadings, keepFoundReadings } from '../../src/store/found-readings.ts';
import { insertMark } from '../../src/store/marks.ts';
import { migrate } from '../../src/store/migrations.ts';
import { putUsedNonces, storedNonces } from '../../src/store/nonces.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import {
  deleteReference,
  deleteReferenceKey,
  deleteTarget,
  insertReference,
  insertReferenceKey,
  insertTarget,
  storedReference,
  storedReferenceKeys,
  storedReferences,
  storedTargets,
} from '../../src/store/references.ts';
import { sharedTransactions } from '../../src/store/shared-transactions.ts';
import {
  insertStatement,
  statementByDigest,
  statementsAbout,
  statementsInForce,
} from '../../src/store/statements.ts';
import { allWandered, forgetWandered, keepWandered, putStream } from '../../src/store/streams.ts';
import { tokenStore } from '../../src/store/tokens.ts';
import {
  addDenial,
  addTraffic,
  denialsOf,
  forgetTraffic,
  insertWindow,
  lastWindow,
  minutesWithoutWindow,
  trafficOf,
} from '../../src/store/traffic.ts';
import { putCampaign, storedCampaigns } from '../../src/store/update-campaigns.ts';
import {
  assignmentsSince,
  memberCounts,
  unheardMembers,
  watchedMembers,
} from '../../src/store/update-member-counts.ts';
import {
  insertMembers,
  membershipsOf,
  overdueMembers,
  putMember,
  storedMembers,
} from '../../src/store/update-members.ts';
import { putRelease, storedReleases } from '../../src/store/update-releases.ts';
import { putVehicle, storedVehicle } from '../../src/store/update-vehicles.ts';
import { deleteVendor, putVendor, storedVendors } from '../../src/store/vendors.ts';
import {
  addSuspicion,
  askedWitnesses,
  followedLogs,
  keptSuspicionsOf,
  putFollowedLog,
  putWitness,
  replaceWitnessState,
  witnessState,
} from '../../src/store/witnesses.ts';
import { finding, newFolder, random, evidenceOn as someEvidence, start } from '../fixtures.ts';

const withPostgres = hasPostgres();
let server: TestPostgres | undefined;
let databases = 0;
beforeAll(async () => {
  if (withPostgres) server = await TestPostgres.start();
}, 120_000);
afterAll(() => server?.[Symbol.asyncDispose]());

async function sqlite(): Promise<Database> {
  const database = openDatabase(join(await newFolder(), 'site.db'));
  onTestFinished(() => database.destroy());
  return database;
}

async function postgres(): Promise<Database> {
  const { url, password } = access();
  const { database } = await openPostgres({ url, password }, 'exclusive');
  onTestFinished(() => database.destroy());
  return database;
}

function access() {
  const url = server?.database(`store${++databases}`) ?? '';
  return { url, password: server?.password ?? '' };
}

/** Bytes as text, so that Buffers and arrays of the same compare. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_name, part: unknown) =>
      part instanceof Uint8Array || (part as { type?: unknown } | null)?.type === 'Buffer'
        ? toHex(part instanceof Uint8Array ? part : Uint8Array.from((part as { data: number[] }).data))
        : part,
    ),
  );

const kinds = [['SQLite', sqlite] as const, ...(withPostgres ? [['PostgreSQL', postgres] as const] : [])];

describe.each(kinds)('a store in %s', (_kind, open) => {
  let store: Database;
  beforeEach(async () => {
    store = await open();
    await migrate(store);
  });

  it('is brought to its form once', async () => {
    await migrate(store);
    expect(await store.selectFrom('groups').select(['name', 'required']).execute()).toEqual([
      { name: 'password', required: '["instance-identity"]' },
    ]);
  });

  it('gives numbers back as numbers, bytes as bytes and nothing as nothing', async () => {
    const evidence = someEvidence('pump-1');
    await insertEvidence(store, evidence);
    await insertEvidence(store, evidence);
    const found = await findEvidence(store, evidence.digest);
    expect(found).toMatchObject({ receivedAt: start, size: 16 });
    expect(Buffer.from(found?.body ?? [])).toEqual(Buffer.from(evidence.body));
    expect(found).not.toHaveProperty('erasedAt');
    expect(await liveDigests(store)).toEqual([evidence.digest]);
    await insertMark(store, { kind: 'key', value: 'ab', at: Number.MAX_SAFE_INTEGER });
    expect(await store.selectFrom('marks').selectAll().execute()).toEqual([
      { kind: 'key', value: 'ab', at: Number.MAX_SAFE_INTEGER, expires_at: null },
    ]);
  });

  it('keeps readings that were found as they are now, and not what is gone', async () => {
    const at = { device: 'pump-1', form: 'json', firstAt: start, lastAt: start, rows: 1, recent: 1 } as const;
    const found = Array.from({ length: 250 }, (_, topic) => ({
      ...{ ...at, topic: `d/pump-1/${topic}`, messages: 1, gaps: [] },
      fields: [['/a\u0000', [1, 1, 0, 0, 0, 0]] as const],
    }));
    await keepFoundReadings(store, { gone: [], kept: found });
    const again = { ...found[7], messages: 2, lastAt: start + 5.5 } as (typeof found)[number];
    await keepFoundReadings(store, { gone: found.slice(10), kept: [again] });
    const now = await foundReadings(store, 0);
    expect(now).toEqual([...found.slice(0, 7), again, ...found.slice(8, 10)]);
    expect(await foundReadings(store, start + 1)).toEqual([again]);
  });

  it('keeps where the normal of a stream has wandered to, from the profile that it is judged by alone', async () => {
    const record = { stream: 'pump-1/room', device: 'pump-1', declaration: 'room', topic: 'd/pump-1/room' };
    const judged = { ...record, appearedAt: start, accepts: false, profile: 'ab' };
    await putStream(store, judged);
    await putStream(store, { ...judged, stream: 'pump-2/room' });
    expect(await allWandered(store)).toEqual(new Map());
    await keepWandered(store, record.stream, { profile: 'ab', wandered: 'here' });
    await keepWandered(store, record.stream, { profile: 'cd', wandered: 'there' });
    await putStream(store, { ...judged, proposal: 'cd' });
    expect(await allWandered(store)).toEqual(new Map([[record.stream, 'here']]));
    await forgetWandered(store, record.stream);
    expect(await allWandered(store)).toEqual(new Map());
  });

  it('erases evidence, and what findings took over from it', async () => {
    const evidence = someEvidence('pump-1');
    await insertEvidence(store, evidence);
    await insertFindings(store, [
      finding('pump-1', { premises: [evidence.digest], parameters: { name: 'Ann' } }),
    ]);
    expect(await evidenceBefore(store, start + 1, 10)).toHaveLength(1);
    await markErased(store, evidence, start + 5);
    expect(await findEvidence(store, evidence.digest)).toMatchObject({ erasedAt: start + 5 });
    expect((await newestFindings(store))[0]?.parameters).toEqual({ name: '███' });
    expect(await evidenceBefore(store, start + 1, 10)).toEqual([]);
    expect(await evidenceOn(store, evidence.subject, 5)).toHaveLength(1);
    expect(await releaseErased(store)).toBe(true);
  });

  it('knows the newest finding of each kind, and the others as history', async () => {
    const older = finding('pump-1', { at: start });
    const newer = finding('pump-1', { at: start + 1, value: 96 });
    await insertFindings(store, [older, newer, finding('pump-1', { aspect: 'other' })]);
    const values = (findings: readonly Finding[]) =>
      findings.map(({ value, aspect }) => `${aspect} ${value}`).sort();
    expect(values(await newestFindings(store))).toEqual(['other 32', 'test 96']);
    expect(await findingHistory(store, newer.subject, 10)).toHaveLength(3);
    await markCleared(store, { ...newer, clearedBy: { operator: 'ann', reason: 'seen', at: start + 2 } });
    expect((await newestFindings(store)).find(({ value }) => value === 96)?.clearedBy?.reason).toBe('seen');
  });

  it('keeps what speaks for a device, what is remembered of it, and forgets both', async () => {
    const attester = {
      device: 'pump-1',
      attestationKey: random(90),
      endorsementKey: random(90),
      endorsementCertificate: random(500),
      intermediates: [random(400), random(300)],
      activatedAt: start,
    };
    const { endorsementCertificate: _none, ...bare } = attester;
    await putAttester(store, { ...bare, device: 'valve-1', intermediates: [] });
    await putAttester(store, { ...attester, attestationKey: random(90) });
    await putAttester(store, attester);
    const [first, second] = (await storedAttesters(store)).toSorted((left, right) =>
      left.device < right.device ? -1 : 1,
    );
    expect(plain(first)).toEqual(plain(attester));
    expect(plain(second)).toEqual(plain({ ...bare, device: 'valve-1', intermediates: [] }));

    const kept = { device: 'pump-1', nonce: random(32), evidence: 'sha256:ab', receivedAt: start };
    await putState(store, kept);
    await putState(store, { ...kept, state: random(200), before: random(100), receivedAt: start + 1 });
    expect(await storedStates(store)).toMatchObject([{ device: 'pump-1', receivedAt: start + 1 }]);
    await putState(store, kept);
    expect(plain(await storedStates(store))).toEqual(plain([kept]));

    await putUsedNonces(store, 'pump-1', { floor: start, used: [start + 1, start + 5] });
    await putUsedNonces(store, 'pump-1', { floor: start + 5, used: [] });
    expect([...(await storedNonces(store))]).toEqual([['pump-1', { floor: start + 5, used: [] }]]);

    await forgetAttester(store, 'pump-1');
    expect((await storedAttesters(store)).map(({ device }) => device)).toEqual(['valve-1']);
    expect(await storedStates(store)).toEqual([]);
    // A new key of the device must not answer what an old one answered.
    expect((await storedNonces(store)).size).toBe(1);
  });

  it('finds who has the secret of another', async () => {
    const secret = (fill: number, label = 'root') =>
      ({ kind: 'password', label, digest: new Uint8Array(32).fill(fill) }) as const;
    const digests = [1, 2].map((fill) => toHex(new Uint8Array(32).fill(fill)));
    await putDeviceSecrets(store, 'pump-1', [secret(1), secret(2, 'pi'), secret(2, 'pi')]);
    await putDeviceSecrets(store, 'pump-2', [secret(2, 'o\0dd')]);
    expect(await devicesWithSecrets(store, digests, 'pump-3', 10)).toHaveLength(3);
    expect(await devicesWithSecrets(store, digests, 'pump-1', 10)).toEqual([
      { device: 'pump-2', kind: 'password', label: 'o dd', digest: digests[1] },
    ]);
    expect(await devicesWithSecrets(store, [], 'pump-1', 10)).toEqual([]);
    await putDeviceSecrets(store, 'pump-2', [secret(3)]);
    expect(await devicesWithSecrets(store, digests, 'pump-1', 10)).toEqual([]);
    const salt = await secretSalt(store, random);
    expect(salt).toHaveLength(32);
    expect(await secretSalt(store, random)).toEqual(salt);
  });

  it('keeps reference values once, with whom they are addressed to and who signed them', async () => {
    const key = { name: 'acme', publicKey: random(91), addedBy: 'operator:ann', addedAt: start };
    await insertReferenceKey(store, key);
    const reference = { digest: 'sha256:01', name: 'pump 1.0', addedBy: 'operator:ann', addedAt: start };
    await insertReference(store, reference, Uint8Array.of(1));
    await insertReference(
      store,
      { ...reference, digest: 'sha256:02', signedBy: 'acme', issuer: 'Acme', addedAt: start + 1 },
      Uint8Array.of(2),
    );
    await expect(insertReference(store, reference, Uint8Array.of(1))).rejects.toThrow();
    for (const digest of ['sha256:01', 'sha256:02'])
      await insertTarget(store, { digest, kind: 'group', target: 'pumps' }, 'operator:ann', start);
    await insertTarget(store, { digest: 'sha256:01', kind: 'group', target: 'pumps' }, 'operator:bob', start);
    await insertTarget(store, { digest: 'sha256:01', kind: 'site', target: '*' }, 'operator:ann', start);
    expect(plain(await storedReferences(store))).toEqual(
      plain([
        { ...reference, content: Uint8Array.of(1) },
        {
          ...reference,
          digest: 'sha256:02',
          signedBy: 'acme',
          issuer: 'Acme',
          addedAt: start + 1,
          content: Uint8Array.of(2),
        },
      ]),
    );
    expect(plain(await storedReference(store, 'sha256:01'))).toEqual(plain({ content: Uint8Array.of(1) }));
    expect(plain(await storedReference(store, 'sha256:02'))).toEqual(
      plain({ content: Uint8Array.of(2), publicKey: key.publicKey }),
    );
    expect(await storedReference(store, 'sha256:03')).toBeUndefined();
    await deleteTarget(store, { digest: 'sha256:01', kind: 'site', target: '*' });
    expect(await storedTargets(store)).toHaveLength(2);
    await deleteReference(store, 'sha256:01');
    expect((await storedTargets(store)).map(({ digest }) => digest)).toEqual(['sha256:02']);
    expect(plain(await storedReferenceKeys(store))).toEqual(plain([key]));
    await deleteReferenceKey(store, 'acme');
    expect(await storedReferenceKeys(store)).toEqual([]);
  });

  it('keeps the roots of vendors, and whom they count for', async () => {
    const vendor = {
      ...{ fingerprint: 'ab', name: 'infineon', certificate: random(900), kind: 'site', target: '*' },
      ...{ addedBy: 'operator:ann', addedAt: start },
    } as const;
    await putVendor(store, vendor);
    await putVendor(store, { ...vendor, kind: 'group', target: 'pumps' });
    expect(plain(await storedVendors(store))).toEqual(plain([{ ...vendor, kind: 'group', target: 'pumps' }]));
    await deleteVendor(store, 'ab');
    expect(await storedVendors(store)).toEqual([]);
  });

  it('counts traffic up, and lets go of it', async () => {
    const row = { device: 'pump-1', action: 'publish', topic: 'd/pump-1/x', allowed: 2, denied: 1 };
    await addTraffic(store, 100, [row]);
    await addTraffic(store, 100, [row, { ...row, topic: 'd/pump-1/y' }]);
    await addTraffic(store, 102, [row]);
    expect(await trafficOf(store, 100)).toMatchObject([
      { allowed: 4, denied: 2 },
      { allowed: 2, denied: 1 },
    ]);
    await insertWindow(store, { minute: 100, salt: new Uint8Array(32), count: 2, root: new Uint8Array(32) });
    expect(await minutesWithoutWindow(store, 0, 200)).toEqual([102]);
    expect(await lastWindow(store)).toBe(100);
    const denial = {
      at: start,
      device: 'pump-1',
      action: 'publish',
      topic: 'x',
      policies: '["p"]',
      repeated: 1,
    };
    await addDenial(store, denial);
    await addDenial(store, { ...denial, at: start + 1 });
    expect((await denialsOf(store, 'pump-1', 10)).map(({ at }) => at)).toEqual([start + 1, start]);
    await forgetTraffic(store, 101);
    expect(await trafficOf(store, 100)).toEqual([]);
    expect(await denialsOf(store, 'pump-1', 10)).toHaveLength(2);
  });

  it('lets a token be withdrawn once', async () => {
    const tokens = tokenStore(store);
    const record = { hash: 'h1', group: 'default', createdAt: start, createdBy: 'ann', expiresAt: start + 9 };
    await tokens.insert({ ...record, device: parseDeviceId('pump-1') });
    expect(await tokens.find('h1')).toMatchObject({ ...record, device: 'pump-1' });
    expect(await tokens.revoke('h1', start + 1)).toBe(true);
    expect(await tokens.revoke('h1', start + 2)).toBe(false);
    expect((await tokens.list())[0]?.revokedAt).toBe(start + 1);
  });

  it('finds statements by what they are about', async () => {
    const statement = (about: string, issuedAt: number, expiresAt?: number) => ({
      statement: new Uint8Array([issuedAt % 256]),
      digest: `${about}${issuedAt}`,
      kind: 'finding' as const,
      about,
      issuer: 'site',
      issuedAt,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
    for (const one of [statement('a', 1), statement('a', 2), statement('b', 3, 10)])
      await insertStatement(store, one);
    await insertStatement(store, statement('b', 3, 10));
    expect((await statementsAbout(store, 'finding', ['a', 'b'])).map(({ digest }) => digest).sort()).toEqual([
      'a2',
      'b3',
    ]);
    expect(await statementsInForce(store, 'finding', 10)).toHaveLength(2);
    expect(await statementByDigest(store, 'a1')).toMatchObject({ issuedAt: 1 });
  });

  it('keeps a witness from cosigning two things at once', async () => {
    await putFollowedLog(store, 'plant/log', ['key']);
    await putFollowedLog(store, 'plant/log', ['other']);
    expect(await witnessState(store, 'plant/log')).toBeUndefined();
    const state = { size: 5, root: new Uint8Array(32), note: 'n' };
    expect(await replaceWitnessState(store, 'plant/log', 0, state, start)).toBe(true);
    expect(await replaceWitnessState(store, 'plant/log', 0, state, start)).toBe(false);
    expect(await followedLogs(store)).toMatchObject([{ keys: ['other'], size: 5, cosignedAt: start }]);
    const suspicion = { kind: 'split-view' as const, origin: 'plant/log', cosigned: 'x', submitted: 'y' };
    expect(await addSuspicion(store, suspicion as never, start)).toBe(true);
    expect(await addSuspicion(store, suspicion as never, start)).toBe(false);
    expect(await keptSuspicionsOf(store, 5)).toHaveLength(1);
    await putWitness(store, { name: 'w', url: 'https://w/', key: 'k', size: 0 });
    await putWitness(store, { name: 'w', url: 'https://w/', key: 'k', size: 7, problem: 'x/y' });
    expect(await askedWitnesses(store)).toEqual([
      { name: 'w', url: 'https://w/', key: 'k', size: 7, problem: 'x/y' },
    ]);
  });

  it('knows authorities until they are removed', async () => {
    const authority = { name: 'acme', role: 'manufacturer' as never, publicKey: new Uint8Array([1]) };
    await insertAuthority(store, authority, 'ann', start);
    expect(await storedAuthorities(store)).toHaveLength(1);
    await deleteAuthority(store, 'acme', 'manufacturer');
    expect(await storedAuthorities(store)).toEqual([]);
  });

  it('counts the members of a campaign, and knows who is late, unheard or was told just now', async () => {
    const kept = {
      ...{
        id: 'c1',
        name: 'pumps',
        definition: '{}',
        seed: 's',
        state: 'running',
        wave: 0,
        since: 100,
        forgiven: '{}',
      },
      ...{ cause: null, created_by: 'ann', created_at: 1, changed_by: 'ann', changed_at: 1, reason: 'test' },
    };
    await putCampaign(store, kept);
    await putCampaign(store, { ...kept, state: 'paused', cause: '{"code":"operator"}' });
    expect(await storedCampaigns(store)).toEqual([
      { ...kept, state: 'paused', cause: '{"code":"operator"}' },
    ]);
    const member = (device: string, more: Partial<Member> = {}): Member => ({
      ...{ device, wave: 0, kind: 'm', state: 'waiting', attempts: 0 },
      ...more,
    });
    await insertMembers(store, 'c1', [member('a'), member('b'), member('c')]);
    const told = member('a', { state: 'assigned', assignedAt: 150, trustBefore: 'affirming' });
    await putMember(store, 'c1', told);
    await insertMembers(store, 'c1', [member('a')]);
    expect(await membershipsOf(store, 'a')).toEqual([{ campaign: 'c1', member: told }]);
    expect((await memberCounts(store, 'c1')).toSorted((left, right) => left.count - right.count)).toEqual([
      { wave: 0, kind: 'm', state: 'assigned', count: 1 },
      { wave: 0, kind: 'm', state: 'waiting', count: 2 },
    ]);
    await putVehicle(store, { device: 'b', ecus: '[]', memory: '{}', manifestAt: 120, logSize: 3 });
    await putVehicle(store, {
      device: 'b',
      ecus: '[1]',
      memory: '{}',
      manifestAt: 130,
      manifest: new Uint8Array([1]),
      logSize: 4,
    });
    expect(await storedVehicle(store, 'b')).toMatchObject({ ecus: '[1]', manifestAt: 130, logSize: 4 });
    expect(await unheardMembers(store, 'c1', 0, 100)).toEqual([{ kind: 'm', count: 1 }]);
    expect((await overdueMembers(store, 'c1', 149, 10)).length).toBe(0);
    expect((await overdueMembers(store, 'c1', 150, 10)).map(({ device }) => device)).toEqual(['a']);
    expect(await assignmentsSince(store, 'c1', 149)).toEqual([150]);
    expect(await watchedMembers(store, ['c1'])).toEqual(['a']);
    expect((await storedMembers(store, 'c1', { after: 'a', limit: 1 })).map(({ device }) => device)).toEqual([
      'b',
    ]);
    const file = { length: 1, hashes: new Map([['sha256', 'ab']]), custom: { releaseCounter: 7 } };
    const release = { target: 'x', file, publishedBy: 'ann', publishedAt: 1, logSize: 2 };
    await putRelease(store, release);
    await putRelease(store, { ...release, withdrawnAt: 5 });
    expect(await storedReleases(store)).toEqual([{ ...release, withdrawnAt: 5 }]);
  });

  it('takes back all of a transaction that fails, and nothing of those beside it', async () => {
    const transact = sharedTransactions(store);
    const put = (name: string, value: string) =>
      transact((open) => open.insertInto('facts').values({ name, value }).execute());
    const outcomes = await Promise.allSettled([put('a', '1'), put('a', '2'), put('b', '3')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await store.selectFrom('facts').selectAll().orderBy('name').execute()).toEqual([
      { name: 'a', value: '1' },
      { name: 'b', value: '3' },
    ]);
  });

  it('does what is asked at once in turn', async () => {
    await store.insertInto('facts').values({ name: 'n', value: '0' }).execute();
    const add = () =>
      store.transaction().execute(async (open) => {
        const { value } = await open
          .selectFrom('facts')
          .select('value')
          .where('name', '=', 'n')
          .executeTakeFirstOrThrow();
        await open
          .updateTable('facts')
          .set({ value: String(Number(value) + 1) })
          .where('name', '=', 'n')
          .execute();
      });
    await Promise.all(Array.from({ length: 20 }, add));
    expect(await store.selectFrom('facts').select('value').executeTakeFirst()).toEqual({ value: '20' });
  });

  it.each(kinds)(
    'can be moved to %s with all that is in it, and goes on there',
    async (_other, openOther) => {
      await insertFindings(store, [finding('pump-1'), finding('pump-2')]);
      await insertEvidence(store, someEvidence('pump-1'));
      const device = {
        id: 'pump-1',
        groups: '[]',
        idevid: null,
        standing: 'admitted',
        standing_at: 1,
        registered_at: 1,
      };
      await store
        .insertInto('devices')
        .values({ ...device, standing_by: null, standing_reason: null })
        .execute();
      const other = await openOther();
      await loadStore(other, linesOf(dumpStore(store as never)));
      const all = async (database: Database) => {
        const lines: string[] = [];
        for await (const line of linesOf(dumpStore(database as never))) lines.push(line);
        return lines.sort();
      };
      expect(await all(other)).toEqual(await all(store));
      await insertFindings(other, [finding('pump-3')]);
      expect(await newestFindings(other)).toHaveLength(3);
    },
  );
});

describe.skipIf(!withPostgres)('PostgreSQL as a store', () => {
  it('is had by one site at a time, and read beside it', async () => {
    const { url, password } = access();
    const first = await openPostgres({ url, password }, 'exclusive');
    await migrate(first.database);
    await expect(openPostgres({ url, password }, 'exclusive')).rejects.toMatchObject({
      code: 'kiten/data-in-use',
    });
    const beside = await openPostgres({ url, password }, 'beside');
    expect(await beside.database.selectFrom('facts').selectAll().execute()).toEqual([]);
    await beside.database.destroy();
    await first.database.destroy();
    const next = await openPostgres({ url, password }, 'exclusive');
    await next.database.destroy();
  });

  it('commits to the disk, whatever the server was told otherwise', async () => {
    const { url, password } = access();
    server?.sql('postgres', `alter database store${databases} set synchronous_commit = off`);
    const { database } = await openPostgres({ url, password }, 'exclusive');
    const { rows } = await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(database);
    expect(rows).toEqual([{ synchronous_commit: 'on' }]);
    await database.destroy();
  });

  it('tells when its server is gone, and says no password anywhere', async () => {
    const { url, password } = access();
    const { database, lost } = await openPostgres({ url, password }, 'exclusive');
    await migrate(database);
    await server?.crash();
    expect(await lost).toMatchObject({ code: 'kiten/store-unreachable' });
    const asked = await database
      .selectFrom('facts')
      .selectAll()
      .execute()
      .catch((error: unknown) => error);
    expect(asked).toMatchObject({ code: 'kiten/store-unreachable' });
    const again = await openPostgres({ url, password }, 'exclusive').catch((error: unknown) => error);
    expect(again).toMatchObject({ code: 'kiten/store-unreachable' });
    await server?.up();
    const wrong = await openPostgres({ url, password: 'wrong one' }, 'exclusive').catch(
      (error: unknown) => error,
    );
    expect(JSON.stringify(wrong, ['code', 'message', 'cause'])).not.toMatch(/wrong one/);
    expect(wrong).toMatchObject({ code: 'kiten/store-refused' });
  });

  it.each([
    ['mysql://kiten@localhost/kiten', 'no address'],
    ['postgres://kiten:secret@localhost/kiten', 'password_file'],
    ['postgres://kiten@db.example/kiten', 'verify-full'],
    ['postgres://kiten@db.example/kiten?sslmode=require', 'verify-full'],
  ])('is not found at %s', async (url, hint) => {
    await expect(openPostgres({ url }, 'beside')).rejects.toMatchObject({
      code: 'kiten/store-url',
      message: expect.stringContaining(hint),
    });
  });
});
