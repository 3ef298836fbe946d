import { generateSigner } from '@kiten/identity';
import { describe, expect, it } from 'vitest';
import { newestFindings } from '../src/store/findings.ts';
import { ann, entriesOf, hour, type InnerSite, newFolder, openSite, outcome, typesOf } from './fixtures.ts';

const certificates = (site: InnerSite) =>
  site.database.selectFrom('certificates').select(['device', 'serial']).execute();
const tokenFor = async (site: InnerSite, device: string, group?: string) =>
  (await site.enrolment.createToken({ device, group }, ann)).token;

describe('enrolment in the register', () => {
  it('makes the device, its certificate, its finding, its verdict and the log entries at once', async () => {
    const site = await openSite(await newFolder());
    const token = await tokenFor(site, 'pump-1', 'controllers');
    expect(outcome(await site.enrol('pump-1', token))).toBe('200');
    const device = site.book.get('pump-1');
    expect(device).toMatchObject({ standing: 'admitted', groups: ['controllers'], verdict: { epoch: 1 } });
    expect(await certificates(site)).toEqual([{ device: 'pump-1', serial: device.certificates[0]?.serial }]);
    expect(await newestFindings(site.database)).toEqual(device.findings);
    expect(await typesOf(site.ledger)).toEqual([
      'key/appointed',
      'token/created',
      'device/enrolled',
      'finding/recorded',
      'verdict/issued',
    ]);
    expect(site.enforced).toEqual([{ device: 'pump-1', standing: 'admitted', fall: false }]);
  });

  it('gives one certificate for one token, however many ask at once', async () => {
    const site = await openSite(await newFolder());
    const token = await tokenFor(site, 'pump-1');
    const answers = await Promise.all([1, 2, 3, 4].map(() => site.enrol('pump-1', token)));
    expect(answers.map(outcome).sort()).toEqual(['200', ...Array(3).fill('401 identity/token-used')]);
    expect(await certificates(site)).toHaveLength(1);
    expect(site.book.get('pump-1').certificates).toHaveLength(1);
    expect((await typesOf(site.ledger)).filter((type) => type === 'device/enrolled')).toHaveLength(1);
  });

  it('gives one certificate for a group’s token, even if two devices ask with it at once', async () => {
    const site = await openSite(await newFolder());
    const { token } = await site.enrolment.createToken({ group: 'observers' }, ann);
    const answers = await Promise.all([site.enrol('cam-1', token), site.enrol('cam-2', token)]);
    expect(answers.map(outcome).sort()).toEqual(['200', '401 identity/token-used']);
    expect(await certificates(site)).toHaveLength(1);
    expect(site.book.size).toBe(1);
  });

  it('lets no two devices have one key, even if both ask at once', async () => {
    const site = await openSite(await newFolder());
    const key = generateSigner('ES256');
    const [first, second] = [await tokenFor(site, 'cam-1'), await tokenFor(site, 'cam-2')];
    const answers = await Promise.all([site.enrol('cam-1', first, key), site.enrol('cam-2', second, key)]);
    expect(answers.map(outcome).sort()).toEqual(['200', '409 identity/key-in-use']);
    expect(await certificates(site)).toHaveLength(1);
  });

  it('gives a token that was withdrawn nothing', async () => {
    const site = await openSite(await newFolder());
    const { token, id } = await site.enrolment.createToken({ device: 'pump-1' }, ann);
    await site.enrolment.revokeToken(id, ann);
    expect(outcome(await site.enrol('pump-1', token))).toBe('401 identity/token-revoked');
    expect((await site.enrolment.listTokens(site.clock.now()))[0]?.state).toBe('revoked');
    await expect(site.enrolment.revokeToken(id, ann)).rejects.toMatchObject({ code: 'kiten/not-found' });
  });

  it('leaves a quarantined device quarantined, and brings a revoked one back without its old standing', async () => {
    const site = await openSite(await newFolder());
    await site.admit('pump-1');
    await site.trust.stand('pump-1', 'quarantined', 'operator:ann', 'odd readings');
    await site.admit('pump-1');
    expect(site.book.get('pump-1')).toMatchObject({
      standing: 'quarantined',
      standingReason: 'odd readings',
    });
    await site.trust.stand('pump-1', 'revoked', 'operator:ann', 'stolen');
    site.clock.advance(hour);
    await site.admit('pump-1');
    const device = site.book.get('pump-1');
    expect(device.standing).toBe('admitted');
    expect(device.standingReason).toBeUndefined();
    expect(device.certificates.map(({ revokedAt }) => revokedAt !== undefined)).toEqual([true, true, false]);
  });

  it('stores nothing of an enrolment that fails on the way, and the token is still good', async () => {
    const site = await openSite(await newFolder());
    const token = await tokenFor(site, 'pump-1');
    const before = await typesOf(site.ledger);
    await site.database.schema.alterTable('verdicts').renameTo('verdicts_away').execute();
    await expect(site.enrol('pump-1', token)).rejects.toThrow(/no such table/);
    await site.database.schema.alterTable('verdicts_away').renameTo('verdicts').execute();
    expect(site.book.find('pump-1')).toBeUndefined();
    expect(site.enforced).toEqual([]);
    expect(await certificates(site)).toEqual([]);
    expect(await newestFindings(site.database)).toEqual([]);
    expect(await site.database.selectFrom('devices').selectAll().execute()).toEqual([]);
    expect(await typesOf(site.ledger)).toEqual(before);
    expect(outcome(await site.enrol('pump-1', token))).toBe('200');
  });
});

describe('tokens', () => {
  it('are stored and logged without the secret', async () => {
    const site = await openSite(await newFolder());
    const { token, id } = await site.enrolment.createToken({ device: 'pump-1' }, ann);
    const rows = JSON.stringify(await site.database.selectFrom('tokens').selectAll().execute());
    expect(rows).toContain('pump-1');
    expect(rows).not.toContain(token);
    const log = JSON.stringify(await entriesOf(site.ledger));
    expect(log).toContain(id);
    expect(log).not.toContain(token.slice(3));
  });

  it('are made together with their log entry, or not at all', async () => {
    const site = await openSite(await newFolder());
    const { append } = site.ledger;
    site.ledger.append = () => Promise.reject(new Error('the log is gone'));
    await site.trust.settle('x', () => undefined).catch(() => undefined);
    await site.enrolment.createToken({ device: 'pump-1' }, ann).catch(() => undefined);
    await expect(site.enrolment.createToken({ device: 'pump-2' }, ann)).rejects.toThrow('the log is gone');
    site.ledger.append = append;
    await site.enrolment.createToken({ device: 'pump-3' }, ann);
    const devices = (await site.enrolment.listTokens(site.clock.now())).map(({ device }) => device).sort();
    const logged = (await entriesOf(site.ledger)).flatMap(({ type, data }) =>
      type === 'token/created' ? [data.device] : [],
    );
    expect(logged.toSorted()).toEqual(devices);
    expect(devices).not.toContain('pump-2');
  });

  it('of an unknown group are refused, and leave nothing behind', async () => {
    const site = await openSite(await newFolder());
    await expect(site.enrolment.createToken({ group: 'nobodies' }, ann)).rejects.toMatchObject({
      code: 'kiten/group-unknown',
    });
    await expect(site.enrolment.createToken({ device: '../x' }, ann)).rejects.toMatchObject({
      code: 'trust/device-id',
    });
    expect(await site.enrolment.listTokens(site.clock.now())).toEqual([]);
    expect(await typesOf(site.ledger)).toEqual(['key/appointed']);
  });

  it('are listed by what has become of them', async () => {
    const site = await openSite(await newFolder());
    await site.admit('pump-1');
    site.clock.advance(1);
    await site.enrolment.createToken({ device: 'pump-2', ttlSeconds: 60 }, ann);
    site.clock.advance(59_999);
    const states = async () =>
      (await site.enrolment.listTokens(site.clock.now())).map(({ device, state }) => `${device} ${state}`);
    expect(await states()).toEqual(['pump-2 open', 'pump-1 used']);
    site.clock.advance(1);
    expect(await states()).toEqual(['pump-2 expired', 'pump-1 used']);
  });
});
