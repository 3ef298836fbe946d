import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { deviceSubject, type Evidence } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { insertEvidence } from '../src/store/evidence.ts';
import { ann, day, finding, hour, type InnerSite, newFolder, openSite, typesOf } from './fixtures.ts';

const secret = 'what only the device should have told';

const evidenceOf = (site: InnerSite, bytes: number): Evidence => ({
  mediaType: 'text/plain',
  subject: deviceSubject('pump-1'),
  receivedAt: site.clock.now(),
  via: ['test'],
  body: Buffer.from(`${secret} `.repeat(Math.ceil(bytes / (secret.length + 1)))),
});

/** Files of the site that hold the secret. */
async function filesWithSecret(site: InnerSite): Promise<string[]> {
  const entries = await readdir(site.options.directory, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    if ((await readFile(join(entry.parentPath, entry.name))).includes(secret)) found.push(entry.name);
  }
  return found;
}

async function siteWithFinding(bytes: number) {
  const site = await openSite(await newFolder());
  await site.admit('pump-1');
  site.clock.advance(hour);
  const sealed = site.evidence.seal(evidenceOf(site, bytes));
  const premises = [sealed.digest];
  const parameters = { said: secret };
  const found = finding('pump-1', { at: site.clock.now(), premises, parameters });
  await site.trust.find('pump-1', sealed, [found]);
  return { site, sealed };
}

describe.each([
  ['small', 100],
  ['large', 100_000],
])('%s evidence', (_size, bytes) => {
  it('is there under its digest, across a restart', async () => {
    const { site, sealed } = await siteWithFinding(bytes);
    expect(Buffer.from((await site.evidence.read(sealed.digest)).content)).toEqual(sealed.body);
    await site.close();
    const folder = site.options.directory.replace(/\/site$/, '');
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    expect((await again.evidence.read(sealed.digest)).size).toBe(sealed.body.length);
  });

  it('is gone from every file once it was erased, with what findings had taken over from it', async () => {
    const { site, sealed } = await siteWithFinding(bytes);
    expect(await filesWithSecret(site)).not.toEqual([]);
    await site.evidence.erase(sealed.digest, ann, 'asked to');
    expect(await filesWithSecret(site)).toEqual([]);
    await expect(site.evidence.read(sealed.digest)).rejects.toMatchObject({ code: 'kiten/evidence-erased' });
    const [, counts] = site.book.get('pump-1').verdict.findings.toSorted((a, b) => a.at - b.at);
    expect(counts).toMatchObject({ premises: [sealed.digest], parameters: { said: '███' } });
    expect(await typesOf(site.ledger)).toContain('evidence/erased');
    await site.verdicts.exportBundle('pump-1', { compact: false });
    await site.close();
    const folder = site.options.directory.replace(/\/site$/, '');
    const again = await openSite(folder, { clock: site.clock, fresh: false });
    expect(again.book.get('pump-1').findings).toEqual(site.book.get('pump-1').findings);
  });

  it('goes when its time of retention is over, unless something that counts rests on it', async () => {
    const { site, sealed } = await siteWithFinding(bytes);
    const idle = site.evidence.seal(evidenceOf(site, bytes));
    await site.evidence.keep(idle);
    await insertEvidence(site.database, idle);
    site.clock.advance(day);
    // The enrolment's evidence counts too.
    expect(await site.evidence.prune(site.clock.now() - hour)).toBe(1);
    await expect(site.evidence.read(idle.digest)).rejects.toMatchObject({ code: 'kiten/evidence-erased' });
    expect((await site.evidence.read(sealed.digest)).content.length).toBe(sealed.body.length);
    expect(await site.evidence.prune(site.clock.now() - hour)).toBe(0);
  });
});

describe('evidence', () => {
  it('that a crash left without a record goes after a while, and nothing else does', async () => {
    const { site, sealed } = await siteWithFinding(100_000);
    const orphan = site.evidence.seal(evidenceOf(site, 100_000));
    await site.evidence.keep(orphan);
    const held = async () => {
      const states: string[] = [];
      for await (const { state } of site.payloads.list()) states.push(state);
      return states.filter((state) => state === 'held').length;
    };
    await site.evidence.tidy();
    expect(await held()).toBe(2);
    site.clock.advance(2 * hour);
    await site.evidence.tidy();
    expect(await held()).toBe(1);
    expect((await site.evidence.read(sealed.digest)).size).toBe(sealed.body.length);
  });

  it('that somebody else still reads when it is erased leaves the files as soon as nobody does', async () => {
    const { site, sealed } = await siteWithFinding(100);
    const backup = new DatabaseSync(site.layout.store, { readOnly: true });
    backup.exec('begin');
    backup.prepare('select count(*) from devices').get();
    await site.evidence.erase(sealed.digest, ann, 'asked to');
    await site.evidence.release();
    expect(await filesWithSecret(site)).toEqual(['site.db-wal']);
    backup.close();
    await site.evidence.release();
    expect(await filesWithSecret(site)).toEqual([]);
  });

  it('that was changed in the store is not taken for what was received', async () => {
    const { site, sealed } = await siteWithFinding(100);
    await site.database
      .updateTable('evidence')
      .set({ body: Buffer.from('other') })
      .execute();
    await expect(site.evidence.read(sealed.digest)).rejects.toMatchObject({ code: 'kiten/evidence-damaged' });
  });

  it('has a name that tells nothing of it: the same twice has two', async () => {
    const { site } = await siteWithFinding(100);
    const same = evidenceOf(site, 1);
    expect(site.evidence.seal(same).digest).not.toBe(site.evidence.seal(same).digest);
  });
});
