import { KitenError } from '@kiten/codec';
import {
  attemptOf,
  type CertificateStanding,
  type DeviceRegister,
  type Enrolment,
  type EnrolmentState,
  enrolmentEvidence,
  enrolmentRefusal,
  type IdevidAdmission,
  type IdevidIdentity,
} from '@kiten/identity';
import {
  type DeviceId,
  deviceSubject,
  type Evidence,
  emptyVector,
  type Finding,
  type SealedEvidence,
  type Verdict,
} from '@kiten/trust';
import type { Transaction } from 'kysely';
import type { Database } from '../store/database.ts';
import { putDevice } from '../store/devices.ts';
import type { Tables } from '../store/tables.ts';
import { recordOf } from '../store/tokens.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import type { Proposal, TrustDesk } from './trust-desk.ts';
import { Turns } from './turns.ts';

export interface RegisterParts {
  readonly database: Database;
  readonly book: DeviceBook;
  readonly trust: TrustDesk;
  readonly seal: (evidence: Evidence) => SealedEvidence;
  readonly appraise: (evidence: SealedEvidence) => readonly Finding[];
  readonly admitIdevid: (identity: IdevidIdentity) => IdevidAdmission | undefined;
}

/** The group of a device that nobody put into one. */
export const defaultGroup = 'default';

/** The site's devices as enrolment sees them: in memory to read, one transaction to change. */
export function openRegister({
  database,
  book,
  trust,
  seal,
  appraise,
  admitIdevid,
}: RegisterParts): DeviceRegister {
  const turns = new Turns();

  async function enrol(enrolment: Enrolment): Promise<KitenError | undefined> {
    const { certificate, tokenHash } = enrolment;
    const before = book.find(certificate.device);
    const refusal = enrolmentRefusal(attemptOf(enrolment), await stateFor(enrolment));
    if (refusal !== undefined) return refusal;
    const token = tokenHash === undefined ? undefined : await tokenOf(tokenHash);
    const wasHeld = before?.findings.some(({ code }) => code === 'identity/key-in-hardware') === true;
    const held = wasHeld ? { keyHeldBy: enrolment.keyHeldBy ?? null } : {};
    const evidence = seal(enrolmentEvidence({ ...enrolment, ...held }));
    const admitted = afterEnrolment(before, enrolment, token?.group);
    const considered = trust.considered(admitted, evidence, appraise(evidence));
    const proposal: Proposal = {
      ...considered,
      events: [enrolment.event, ...considered.events],
      store: async (store) => {
        await storeEnrolment(store, enrolment, considered.after);
        await considered.store(store);
      },
    };
    await trust.inForce(proposal, before);
    return undefined;
  }

  async function tokenOf(hash: string) {
    const row = await database.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row === undefined ? undefined : recordOf(row);
  }

  async function stateFor({ certificate, tokenHash }: Enrolment): Promise<EnrolmentState> {
    return {
      token: tokenHash === undefined ? undefined : await tokenOf(tokenHash),
      device: standingOf(book.find(certificate.device)),
      keyOwner: book.keyOwner(certificate.publicKeyDigest),
    };
  }

  return {
    device: async (id) => standingOf(book.find(id)),
    keyOwner: async (digest) => book.keyOwner(digest),
    idevid: async (identity) => admitIdevid(identity),
    // One at a time for each token, key and device: the later of two finds what the earlier left.
    enrol: (enrolment) =>
      turns.take(`token ${enrolment.tokenHash ?? enrolment.certificate.serial}`, () =>
        turns.take(`key ${enrolment.certificate.publicKeyDigest}`, () =>
          trust.turn(enrolment.certificate.device, () => enrol(enrolment)),
        ),
      ),
  };
}

function standingOf(device: DeviceRecord | undefined) {
  if (device === undefined) return undefined;
  const { id, standing, standingAt, groups, idevid, certificates } = device;
  return {
    id,
    standing,
    standingSince: standingAt,
    groups,
    certificates,
    ...(idevid === undefined ? {} : { idevid }),
  };
}

function afterEnrolment(
  before: DeviceRecord | undefined,
  enrolment: Enrolment,
  group: string | undefined,
): DeviceRecord {
  const { certificate, idevid } = enrolment;
  const { device: id, serial, publicKeyDigest, notAfter, issuedAt } = certificate;
  const issued: CertificateStanding = { serial, publicKeyDigest, notAfter };
  const groups = new Set([...(before?.groups ?? []), ...(idevid?.admission.groups ?? [])]);
  if (group !== undefined) groups.add(group);
  if (groups.size === 0) groups.add(defaultGroup);
  const known = idevid?.key ?? before?.idevid;
  const base =
    before === undefined || before.standing === 'revoked' ? newcomer(id, issuedAt, before) : before;
  return {
    ...base,
    groups: [...groups],
    ...(known === undefined ? {} : { idevid: known }),
    certificates: [...(before?.certificates ?? []), issued],
  };
}

/** One that was never here, or comes back from being revoked: admitted, with what was found about it kept. */
export function newcomer(id: DeviceId, at: number, before: DeviceRecord | undefined): DeviceRecord {
  return {
    id,
    groups: [],
    standing: 'admitted',
    standingAt: at,
    registeredAt: before?.registeredAt ?? at,
    findings: before?.findings ?? [],
    verdict: before?.verdict ?? blankVerdict(id, at),
    ear: before?.ear ?? '',
    certificates: [],
    ...(before?.held === undefined ? {} : { held: before.held }),
  };
}

const blankVerdict = (id: DeviceId, at: number): Verdict => ({
  subject: deviceSubject(id),
  vector: emptyVector,
  status: 'none',
  overdue: false,
  epoch: 0,
  at,
  findings: [],
  profile: '',
});

async function storeEnrolment(
  store: Transaction<Tables>,
  enrolment: Enrolment,
  device: DeviceRecord,
): Promise<void> {
  const { certificate, tokenHash, method } = enrolment;
  await putDevice(store, device);
  await store
    .insertInto('certificates')
    .values({
      serial: certificate.serial,
      device: certificate.device,
      der: certificate.der,
      key_digest: certificate.publicKeyDigest,
      not_before: certificate.notBefore,
      not_after: certificate.notAfter,
      issued_at: certificate.issuedAt,
      proven_by: method,
      revoked_at: null,
      revocation_reason: null,
    })
    .execute();
  if (tokenHash !== undefined) {
    const { numUpdatedRows } = await store
      .updateTable('tokens')
      .set({ used_at: certificate.issuedAt, used_by: certificate.device, used_serial: certificate.serial })
      .where('hash', '=', tokenHash)
      .where('used_at', 'is', null)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    // Withdrawn since it was judged: then nothing of this comes about.
    if (numUpdatedRows !== 1n) {
      throw new KitenError(
        'identity/token-revoked',
        'An operator has withdrawn this enrolment token. Ask for a new one.',
      );
    }
  }
}
