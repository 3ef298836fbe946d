import { manualClock } from '@kiten/codec';
import { generateSigner } from '@kiten/identity';
import { deviceSubject, emptyVector, type Finding, parseDeviceId } from '@kiten/trust';
import { describe, expect, it } from 'vitest';
import { Brake } from '../src/site/brake.ts';
import { DeviceBook, type DeviceRecord } from '../src/site/device-book.ts';
import { openJournal } from '../src/site/journal.ts';
import { MarkBoard } from '../src/site/mark-board.ts';
import { PassportBoard } from '../src/site/passport-board.ts';
import { openStandingDesk } from '../src/site/standing.ts';
import { stateFinding } from '../src/site/statements.ts';
import { TrustDesk } from '../src/site/trust-desk.ts';
import { newestFindings } from '../src/store/findings.ts';
import {
  ann,
  entriesOf,
  evidenceOn,
  fillable,
  finding,
  newFolder,
  newLedger,
  newStore,
  start,
  typesOf,
} from './fixtures.ts';

const id = parseDeviceId('pump-1');
const subject = deviceSubject(id);
const by = 'operator:ann';
const verifier = generateSigner('ES256');

/** A desk over a real store and log, with one device, that notes what happens in which order. */
async function newDesk() {
  const folder = await newFolder();
  const clock = manualClock(start);
  const database = await newStore(folder);
  const ledger = fillable(await newLedger(folder, clock));
  const order: string[] = [];
  const journal = await openJournal({
    database,
    ledger,
    heard: ({ type }) => void order.push(`logged ${type}`),
    located: () => undefined,
    troubled: () => void order.push('log in trouble'),
  });
  const book = new DeviceBook();
  book.putGroup({ name: 'default', required: ['instance-identity'] });
  const signed: number[] = [];
  const desk = new TrustDesk({
    clock,
    book,
    journal,
    sign: ({ epoch }) => `ear-${signed.push(epoch)}`,
    attest: (finding) => stateFinding({ issuer: 'test.example', signer: verifier }, finding, clock.now()),
    keep: async () => undefined,
    passports: await PassportBoard.load(database, {
      book,
      marks: await MarkBoard.load(database, clock),
      clock,
    }),
    brake: await Brake.open({
      database,
      book,
      clock,
      playbooks: { holdFor: () => undefined, begin: () => undefined },
      pulled: () => undefined,
    }),
    enforce: (device, fall) => {
      expect(book.find(device.id)).toBe(device);
      order.push(`enforced ${device.standing} ${device.verdict.status}${fall ? ' as a fall' : ''}`);
    },
    changed: (device) => void order.push(`told ${device.standing}`),
  });
  const device: DeviceRecord = {
    id,
    groups: ['default'],
    standing: 'admitted',
    standingAt: start,
    registeredAt: start,
    findings: [],
    verdict: {
      subject,
      vector: emptyVector,
      status: 'warning',
      overdue: false,
      epoch: 1,
      at: start,
      findings: [],
      profile: 'default',
    },
    ear: 'ear-0',
    certificates: [{ serial: 'aa', publicKeyDigest: 'digest', notAfter: start + 1000 }],
  };
  book.put(device);
  await database
    .insertInto('devices')
    .values({
      id,
      groups: '["default"]',
      idevid: null,
      standing: 'admitted',
      standing_reason: null,
      standing_by: null,
      standing_at: start,
      registered_at: start,
    })
    .execute();
  const find = (...findings: Finding[]) => desk.find(id, evidenceOn(id), findings);
  const stored = () =>
    database.selectFrom('devices').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  return { clock, database, ledger, journal, book, desk, order, signed, find, stored };
}

const affirming = (until: number, fields: Partial<Finding> = {}) =>
  finding(id, {
    claim: 'instance-identity',
    value: 2,
    code: 'test/proven',
    aspect: 'key',
    holdsUntil: until,
    ...fields,
  });
const contraindicated = (fields: Partial<Finding> = {}) =>
  finding(id, { value: 96, code: 'test/stolen', aspect: 'place', ...fields });

describe('the trust desk', () => {
  it('enforces a fall before it is logged', async () => {
    const { desk, order } = await newDesk();
    await desk.stand(id, 'quarantined', by, 'odd readings');
    expect(order).toEqual([
      'enforced quarantined warning as a fall',
      'logged device/quarantined',
      'told quarantined',
    ]);
  });

  it('logs a rise before it is enforced', async () => {
    const { desk, order } = await newDesk();
    await desk.stand(id, 'quarantined', by, 'odd readings');
    order.length = 0;
    await desk.stand(id, 'admitted', by, 'mended');
    expect(order).toEqual(['logged device/released', 'enforced admitted warning', 'told admitted']);
  });

  it('does the same for a verdict that findings change', async () => {
    const { find, order } = await newDesk();
    await find(affirming(start + 1000));
    expect(order).toEqual([
      'logged finding/recorded',
      'logged verdict/issued',
      'enforced admitted affirming',
      'told admitted',
    ]);
    order.length = 0;
    await find(contraindicated());
    expect(order).toEqual([
      'enforced admitted contraindicated as a fall',
      'logged finding/recorded',
      'logged verdict/issued',
      'told admitted',
    ]);
  });

  it('records a standing with who and why, in store and log alike', async () => {
    const { desk, stored, ledger, book, clock } = await newDesk();
    clock.advance(5);
    await desk.stand(id, 'quarantined', by, 'odd readings');
    expect(await entriesOf(ledger)).toEqual([
      {
        type: 'device/quarantined',
        at: start + 5,
        actor: by,
        subject,
        reason: 'odd readings',
        data: {},
      },
    ]);
    expect(await stored()).toMatchObject({
      standing: 'quarantined',
      standing_by: by,
      standing_reason: 'odd readings',
      standing_at: start + 5,
    });
    expect(book.get(id)).toMatchObject({ standing: 'quarantined', standingBy: by, standingAt: start + 5 });
  });

  it('refuses to set the standing that a device has already', async () => {
    const { desk, order } = await newDesk();
    await expect(desk.stand(id, 'admitted', by, 'x')).rejects.toMatchObject({
      code: 'kiten/standing-unchanged',
    });
    await expect(desk.stand('nobody', 'revoked', by, 'x')).rejects.toMatchObject({
      code: 'kiten/device-unknown',
    });
    expect(order).toEqual([]);
  });

  it('revokes the certificates of a revoked device, and leaves those revoked before as they were', async () => {
    const { desk, book } = await newDesk();
    const earlier = { serial: 'bb', publicKeyDigest: 'other', notAfter: start + 1000, revokedAt: start - 7 };
    book.put({ ...book.get(id), certificates: [...book.get(id).certificates, earlier] });
    await desk.stand(id, 'revoked', by, 'stolen');
    expect(book.get(id).certificates).toEqual([
      { serial: 'aa', publicKeyDigest: 'digest', notAfter: start + 1000, revokedAt: start },
      earlier,
    ]);
  });

  it('lets changes of one device happen one after another', async () => {
    const { desk, book, ledger } = await newDesk();
    const all = await Promise.allSettled([
      desk.stand(id, 'quarantined', by, 'one'),
      desk.stand(id, 'admitted', by, 'two'),
      desk.stand(id, 'revoked', by, 'three'),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(book.get(id).standing).toBe('revoked');
    expect((await entriesOf(ledger)).map(({ reason }) => reason)).toEqual(['one', 'two', 'three']);
  });

  it('a release that was under way when the device was revoked does not bring it back', async () => {
    const { desk, book } = await newDesk();
    await desk.stand(id, 'quarantined', by, 'odd readings');
    const standing = openStandingDesk(desk, async () => undefined);
    const busy = Promise.withResolvers<void>();
    const others = desk.turn(id, () => busy.promise);
    const decisions = Promise.allSettled([
      standing.revoke(id, ann, 'stolen'),
      standing.release(id, ann, 'mended'),
    ]);
    busy.resolve();
    await others;
    const [revoked, released] = await decisions;
    expect(revoked.status).toBe('fulfilled');
    expect(released).toMatchObject({ reason: { code: 'kiten/device-revoked' } });
    expect(book.get(id).standing).toBe('revoked');
  });

  describe('the epoch', () => {
    it('grows by one with each verdict that came out differently, and each is signed', async () => {
      const { find, book, signed, database } = await newDesk();
      await find(affirming(start + 1000));
      await find(finding(id));
      expect(book.get(id)).toMatchObject({ verdict: { epoch: 3 }, ear: 'ear-2' });
      expect(signed).toEqual([2, 3]);
      const rows = await database.selectFrom('verdicts').select(['epoch', 'status', 'ear']).execute();
      expect(rows).toEqual([
        { epoch: 2, status: 'affirming', ear: 'ear-1' },
        { epoch: 3, status: 'warning', ear: 'ear-2' },
      ]);
    });

    it('stays where nothing changed, and nothing is signed or logged as a verdict', async () => {
      const { find, book, signed, ledger } = await newDesk();
      await find(finding(id));
      await find(finding(id, { at: start + 1 }));
      expect(book.get(id).verdict.epoch).toBe(2);
      expect(signed).toEqual([2]);
      expect(await typesOf(ledger)).toEqual(['finding/recorded', 'verdict/issued', 'finding/recorded']);
    });

    it('is not touched by a standing', async () => {
      const { desk, book } = await newDesk();
      await desk.stand(id, 'quarantined', by, 'x');
      expect(book.get(id).verdict.epoch).toBe(1);
    });
  });

  describe('as time passes', () => {
    it('an affirming finding lapses and the device is overdue, by a logged fall', async () => {
      const { desk, find, clock, book, order } = await newDesk();
      await find(affirming(start + 1000));
      expect(book.get(id).verdict).toMatchObject({ status: 'affirming', lapsesAt: start + 1000 });
      clock.advance(999);
      order.length = 0;
      await desk.lapse(id);
      expect(order).toEqual([]);
      clock.advance(1);
      await desk.lapse(id);
      expect(book.get(id).verdict).toMatchObject({ status: 'warning', overdue: true, epoch: 3 });
      expect(order).toEqual([
        'enforced admitted warning as a fall',
        'logged verdict/issued',
        'told admitted',
      ]);
      order.length = 0;
      clock.advance(100_000);
      await desk.lapse(id);
      expect(order).toEqual([]);
    });

    it('a warning does not go away', async () => {
      const { desk, find, clock, book } = await newDesk();
      await find(contraindicated());
      clock.advance(365 * 86_400_000);
      await desk.lapse(id);
      expect(book.get(id).verdict).toMatchObject({ status: 'contraindicated', overdue: false, epoch: 2 });
    });

    it('what lapsed is let go of even where the verdict stays as it was', async () => {
      const { desk, find, clock, book } = await newDesk();
      await find(
        affirming(start + 1000, { aspect: 'first' }),
        affirming(start + 2000, { aspect: 'second' }),
        affirming(start + 3000, { aspect: 'third' }),
      );
      clock.advance(1000);
      await desk.lapse(id);
      clock.advance(1000);
      await desk.lapse(id);
      const { verdict } = book.get(id);
      expect(verdict).toMatchObject({ overdue: true, lapsesAt: start + 3000 });
      expect(verdict.findings.map(({ aspect }) => aspect)).toEqual(['third']);
    });
  });

  describe('an operator’s clearance', () => {
    const clearance = { operator: by, reason: 'a false alarm', at: start + 5 };

    it('takes the finding off the verdict, on record, as a rise', async () => {
      const { desk, find, book, order, ledger, database } = await newDesk();
      await find(affirming(start + 1000), contraindicated());
      order.length = 0;
      await desk.clear(id, 'test/stolen', clearance);
      expect(order).toEqual([
        'logged finding/cleared',
        'logged verdict/issued',
        'enforced admitted affirming',
        'told admitted',
      ]);
      expect(book.get(id).verdict.findings.map(({ code }) => code)).toEqual(['test/proven']);
      expect((await entriesOf(ledger)).find(({ type }) => type === 'finding/cleared')).toEqual({
        type: 'finding/cleared',
        at: start + 5,
        actor: by,
        subject,
        reason: 'a false alarm',
        data: { code: 'test/stolen' },
      });
      const kept = await newestFindings(database);
      expect(kept.find(({ code }) => code === 'test/stolen')?.clearedBy).toEqual(clearance);
      expect(kept.find(({ code }) => code === 'test/proven')?.clearedBy).toBeUndefined();
    });

    it('does not hold against newer evidence', async () => {
      const { desk, find, book } = await newDesk();
      await find(contraindicated());
      await desk.clear(id, 'test/stolen', clearance);
      await find(contraindicated({ at: start + 10 }));
      expect(book.get(id).verdict.status).toBe('contraindicated');
    });

    it('clears that finding only, of two from one moment, in the store too', async () => {
      const { desk, find, book, database } = await newDesk();
      await find(contraindicated(), contraindicated({ value: 97, code: 'test/copied' }));
      await desk.clear(id, 'test/copied', clearance);
      expect(book.get(id).verdict.findings.map(({ code }) => code)).toEqual(['test/stolen']);
      const cleared = (await newestFindings(database)).filter(({ clearedBy }) => clearedBy !== undefined);
      expect(cleared.map(({ code }) => code)).toEqual(['test/copied']);
    });

    it('clears it on the part that is meant, and asks which where it is on several', async () => {
      const { desk, find, book, ledger } = await newDesk();
      const on = (stream: string): Partial<Finding> => ({
        subject: { kind: 'stream', id: `${id}/${stream}` },
      });
      await find(contraindicated(on('tank')), contraindicated(on('motor')));
      const refusal = expect.objectContaining({ code: 'kiten/finding-ambiguous' });
      await expect(desk.clearOne(id, 'test/stolen', undefined, clearance)).rejects.toEqual(refusal);
      const tank = `stream:${id}/tank`;
      await desk.clearOne(id, 'test/stolen', tank, clearance);
      expect(book.get(id).verdict.findings.map(({ subject: { id: part } }) => part)).toEqual([`${id}/motor`]);
      const { data } = (await entriesOf(ledger)).find(({ type }) => type === 'finding/cleared') ?? {};
      expect(data).toEqual({ code: 'test/stolen', part: tank });
      // Now it is the only one.
      await desk.clearOne(id, 'test/stolen', undefined, clearance);
      expect(book.get(id).verdict.findings).toEqual([]);
      await expect(desk.clearOne(id, 'test/stolen', tank, clearance)).rejects.toMatchObject({
        code: 'kiten/finding-unknown',
      });
    });

    it('of a finding that does not count is refused', async () => {
      const { desk, order } = await newDesk();
      await expect(desk.clear(id, 'test/stolen', clearance)).rejects.toMatchObject({
        code: 'kiten/finding-unknown',
      });
      expect(order).toEqual([]);
    });

    it('of one that speaks for the device is refused', async () => {
      const { desk, find } = await newDesk();
      await find(affirming(start + 1000));
      await expect(desk.clear(id, 'test/proven', clearance)).rejects.toMatchObject({
        code: 'trust/finding-not-clearable',
      });
    });
  });

  describe('when the disk is full', () => {
    it('a rise is refused and nothing is changed', async () => {
      const { desk, journal, ledger, book, order, stored } = await newDesk();
      await desk.stand(id, 'quarantined', by, 'odd readings');
      await fill(journal, ledger);
      order.length = 0;
      await expect(desk.stand(id, 'admitted', by, 'mended')).rejects.toMatchObject({
        code: 'ledger/disk-full',
      });
      expect(order).toEqual([]);
      expect(book.get(id).standing).toBe('quarantined');
      expect((await stored()).standing).toBe('quarantined');
    });

    it('a fall is refused too, but stays enforced, and can be asked for again', async () => {
      const { desk, journal, ledger, book, order, stored } = await newDesk();
      await fill(journal, ledger);
      order.length = 0;
      await expect(desk.stand(id, 'quarantined', by, 'x')).rejects.toMatchObject({
        code: 'ledger/disk-full',
      });
      expect(order).toEqual(['enforced quarantined warning as a fall']);
      expect(book.get(id).standing).toBe((await stored()).standing);
      ledger.full = false;
      await desk.stand(id, 'quarantined', by, 'once more');
      expect((await stored()).standing_reason).toBe('once more');
      expect(book.get(id).standing).toBe('quarantined');
    });

    /** Leaves the journal with an entry that the log has no room for. */
    async function fill(journal: Awaited<ReturnType<typeof newDesk>>['journal'], ledger: { full: boolean }) {
      ledger.full = true;
      await journal.commit(
        [{ type: 'test/last', at: start, actor: 'site', data: {} }],
        async () => undefined,
      );
    }
  });
});
