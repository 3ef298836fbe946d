import type { Clock } from '@kiten/codec';
import type { CertificateStanding } from '@kiten/identity';
import {
  composeVerdict,
  deviceSubject,
  type Finding,
  parseDeviceId,
  subjectKey,
  type Verdict,
} from '@kiten/trust';
import { storedHeldFalls } from '../store/brakes.ts';
import type { Database } from '../store/database.ts';
import { newestFindings } from '../store/findings.ts';
import { storedGroups } from '../store/groups.ts';
import { allPasswords, type PasswordRecord } from '../store/passwords.ts';
import { DeviceBook, type DeviceRecord, type PasswordStanding } from './device-book.ts';
import { withTrustInForce } from './held-fall.ts';
import { deviceOf, partsOf } from './parts.ts';

/** Reads the register into memory, as it was when the site last ran. */
export async function loadBook(database: Database, clock: Clock): Promise<DeviceBook> {
  const book = new DeviceBook();
  for (const group of await storedGroups(database)) book.putGroup(group);
  const findings = Map.groupBy(await newestFindings(database), ({ subject }) => deviceOf(subject));
  const certificates = await loadCertificates(database, clock.now());
  const passwords = new Map((await allPasswords(database)).map((record) => [record.device, record]));
  const verdicts = await loadVerdicts(database);
  const held = await storedHeldFalls(database);
  for (const row of await database.selectFrom('devices').selectAll().execute()) {
    const id = parseDeviceId(row.id);
    const subject = deviceSubject(id);
    const groups = JSON.parse(row.groups) as string[];
    const own: readonly Finding[] = findings.get(id) ?? [];
    const stored = verdicts.get(subjectKey(subject));
    // The epoch goes on from the stored verdict; what counts is composed anew, because time has passed.
    const fresh = composeVerdict({
      subject,
      findings: own,
      edges: partsOf(id, own),
      profile: book.profile(groups),
      now: stored?.at ?? clock.now(),
    });
    const { ear = '', ...kept } = stored ?? {};
    const verdict: Verdict = { ...fresh, ...kept };
    const password = passwords.get(row.id);
    const device: DeviceRecord = {
      id,
      groups,
      standing: row.standing as 'admitted' | 'quarantined' | 'revoked',
      standingAt: row.standing_at,
      registeredAt: row.registered_at,
      findings: own,
      verdict,
      ear,
      certificates: certificates.get(row.id) ?? [],
      ...(password === undefined ? {} : { password: passwordStanding(password) }),
      ...(row.idevid === null ? {} : { idevid: row.idevid }),
      ...(row.standing_by === null ? {} : { standingBy: row.standing_by }),
      ...(row.standing_reason === null ? {} : { standingReason: row.standing_reason }),
      held: held.get(row.id) ?? [],
    };
    book.put(withTrustInForce(device, book.profile(groups)));
  }
  for (const { key_digest, device } of await expiredKeys(database, clock.now()))
    book.putKeyOwner(key_digest, parseDeviceId(device));
  return book;
}

const passwordStanding = ({ credential, origin, setAt }: PasswordRecord): PasswordStanding => ({
  credential,
  origin,
  setAt,
});

/** A key stays its device's own even when its certificate no longer counts. */
function expiredKeys(database: Database, now: number) {
  return database
    .selectFrom('certificates')
    .select(['key_digest', 'device'])
    .where('not_after', '<=', now)
    .execute();
}

async function loadCertificates(
  database: Database,
  now: number,
): Promise<Map<string, CertificateStanding[]>> {
  const rows = await database
    .selectFrom('certificates')
    .select(['serial', 'device', 'key_digest', 'not_after', 'revoked_at'])
    .where(({ or, eb }) => or([eb('not_after', '>', now), eb('revoked_at', 'is not', null)]))
    .execute();
  const byDevice = new Map<string, CertificateStanding[]>();
  for (const { serial, device, key_digest, not_after, revoked_at } of rows) {
    const certificate = {
      serial,
      publicKeyDigest: key_digest,
      notAfter: not_after,
      ...(revoked_at === null ? {} : { revokedAt: revoked_at }),
    };
    const known = byDevice.get(device);
    if (known === undefined) byDevice.set(device, [certificate]);
    else known.push(certificate);
  }
  return byDevice;
}

type StoredVerdict = Pick<Verdict, 'vector' | 'status' | 'overdue' | 'epoch' | 'at' | 'profile'> & {
  readonly ear: string;
};

async function loadVerdicts(database: Database): Promise<Map<string, StoredVerdict>> {
  const rows = await database
    .selectFrom('verdicts as verdict')
    .selectAll('verdict')
    .where('epoch', '=', ({ selectFrom }) =>
      selectFrom('verdicts as newest')
        .select(({ fn }) => fn.max('newest.epoch').as('epoch'))
        .whereRef('newest.subject', '=', 'verdict.subject'),
    )
    .execute();
  return new Map(
    rows.map((row) => [
      row.subject,
      {
        vector: JSON.parse(row.vector),
        status: row.status as Verdict['status'],
        overdue: row.overdue === 1,
        epoch: row.epoch,
        at: row.at,
        profile: row.profile,
        ear: row.ear,
      },
    ]),
  );
}
