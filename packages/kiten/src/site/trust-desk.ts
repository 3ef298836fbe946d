import { type Clock, KitenError } from '@kiten/codec';
import type { CertificateStanding } from '@kiten/identity';
import {
  type Clearance,
  clearFinding,
  compareTrust,
  composeVerdict,
  deviceSubject,
  type Finding,
  type SealedEvidence,
  type Standing,
  subjectKey,
  type Verdict,
} from '@kiten/trust';
import type { Transaction } from 'kysely';
import { insertEvidence } from '../store/evidence.ts';
import { insertFindings, markCleared } from '../store/findings.ts';
import { forgetPassword } from '../store/passwords.ts';
import { keepStanding } from '../store/standings.ts';
import { insertStatement, type StatementRecord } from '../store/statements.ts';
import type { Tables } from '../store/tables.ts';
import type { Brake } from './brake.ts';
import { clearingEvents, findingsToClear } from './clearing.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import { verdictIssued } from './events.ts';
import { lapsesAt, trustInForce, withTrustInForce } from './held-fall.ts';
import { newestOfEach } from './history.ts';
import type { Journal, LogEntry } from './journal.ts';
import { partsOf } from './parts.ts';
import type { PassportBoard } from './passport-board.ts';
import { Turns } from './turns.ts';

/** What a change of a device comes to, before it is in force. */
export interface Proposal {
  readonly after: DeviceRecord;
  readonly events: readonly LogEntry[];
  /** Makes durable what the store is going to speak of. */
  prepare?(): Promise<void>;
  store(transaction: Transaction<Tables>): Promise<void>;
  /** It is kept, or could not be. */
  done?(): void;
  failed?(): void;
}

export interface TrustDeskParts {
  readonly clock: Clock;
  readonly book: DeviceBook;
  readonly journal: Journal;
  /** Signs a verdict as an attestation result, a compact JWT. */
  readonly sign: (verdict: Verdict) => string;
  /** Signs a finding as the verifier's statement. */
  readonly attest: (finding: Finding) => StatementRecord;
  /** Makes the content of evidence durable. */
  readonly keep: (evidence: SealedEvidence) => Promise<void>;
  /** What was said about devices and no longer holds is withdrawn. */
  readonly passports: PassportBoard;
  /** Holds falls of which too many have one cause. */
  readonly brake: Pick<Brake, 'consider'>;
  /** Brings a device's record to where things pass; `fall` before anything that waits there. */
  readonly enforce: (device: DeviceRecord, fall: boolean) => void;
  readonly changed: (device: DeviceRecord) => void;
}

/**
 * The one place where a device's trust changes. A fall is enforced first and logged next; a rise is
 * logged first and enforced next. Changes of one device happen one after another.
 */
export class TrustDesk {
  readonly #parts: TrustDeskParts;
  readonly #turns = new Turns();

  constructor(parts: TrustDeskParts) {
    this.#parts = parts;
  }

  /** Puts what `propose` makes of the device's present record in force. */
  settle(id: string, propose: (before: DeviceRecord) => Proposal | undefined): Promise<DeviceRecord> {
    return this.#turns.take(id, async () => {
      const before = this.#parts.book.get(id);
      const proposal = propose(before);
      if (proposal === undefined) return before;
      await this.inForce(proposal, before);
      return proposal.after;
    });
  }

  /** The same for a proposal already made, as enrolment makes one for a device that may not be known yet. */
  async inForce(proposal: Proposal, before: DeviceRecord | undefined): Promise<void> {
    const { book, journal, passports, enforce, changed } = this.#parts;
    const { after, events } = proposal;
    const known = before === undefined ? undefined : trustInForce(before);
    const fall = compareTrust(known, trustInForce(after)) === 'fall';
    const apply = () => {
      book.put(after);
      passports.follow(after);
      enforce(after, fall);
    };
    if (fall) apply();
    try {
      await proposal.prepare?.();
      await journal.commit(events, async (store) => {
        await proposal.store(store);
        await passports.storeSuperseded(store, after);
      });
    } catch (error) {
      // What cannot be kept is refused, and the book says what the store says. The fall stays enforced meanwhile.
      if (fall && before !== undefined) book.put(before);
      proposal.failed?.();
      throw error;
    }
    proposal.done?.();
    if (!fall) apply();
    changed(after);
  }

  turn<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.take(id, work);
  }

  /** What evidence shows counts from now on. */
  find(id: string, evidence: SealedEvidence, findings: readonly Finding[]): Promise<DeviceRecord> {
    return this.settle(id, (before) => this.considered(before, evidence, findings));
  }

  /** The device's record with what evidence has shown, and all that is to be kept of it. */
  considered(before: DeviceRecord, evidence: SealedEvidence, findings: readonly Finding[]): Proposal {
    const found = this.reconsidered(before, findings);
    return {
      ...found,
      prepare: () => this.#parts.keep(evidence),
      store: async (store) => {
        await insertEvidence(store, evidence);
        await found.store(store);
      },
    };
  }

  /** The same for evidence that is kept already, and was held against something else. */
  reconsidered(before: DeviceRecord, findings: readonly Finding[]): Proposal {
    const judged = this.judge(before, findings);
    const said = findings.map((finding) => this.#parts.attest(finding));
    return {
      after: judged.after,
      events: [...said, ...judged.events],
      ...(judged.done === undefined ? {} : { done: judged.done }),
      ...(judged.failed === undefined ? {} : { failed: judged.failed }),
      store: async (store) => {
        await insertFindings(store, findings);
        for (const statement of said) await insertStatement(store, statement);
        await judged.store(store);
      },
    };
  }

  /** Time has passed: what has lapsed no longer counts. */
  lapse(id: string): Promise<DeviceRecord> {
    return this.settle(id, (before) => {
      const judged = this.judge(before, []);
      const { verdict, inForce, held } = judged.after;
      const isSame =
        verdict.epoch === before.verdict.epoch &&
        lapsesAt(judged.after) === lapsesAt(before) &&
        held?.length === before.held?.length &&
        inForce?.overdue === before.inForce?.overdue;
      return isSame ? undefined : judged;
    });
  }

  /** An operator takes a finding off the verdict, on record. */
  clear(id: string, code: string, clearance: Clearance): Promise<DeviceRecord> {
    return this.settle(id, (before) => {
      const found = before.verdict.findings.filter((finding) => finding.code === code);
      if (found.length === 0) {
        throw new KitenError('kiten/finding-unknown', `No finding ${code.slice(0, 80)} counts on ${id} now.`);
      }
      return this.cleared(before, found, clearance);
    });
  }

  /**
   * The same of one part of the device, or of the device itself (`device:ID`): a finding on one stream is none on another. Without a
   * part it has to be the only one.
   *
   * @throws KitenError `kiten/finding-unknown`, `kiten/finding-ambiguous`
   */
  clearOne(id: string, code: string, part: string | undefined, clearance: Clearance): Promise<DeviceRecord> {
    return this.settle(id, (before) => {
      const found = findingsToClear(before, code, part);
      return this.cleared(before, found, clearance);
    });
  }

  /** What others said no longer counts: findings that relay one of these statements go off the verdict. */
  disown(id: string, statements: ReadonlySet<string>, clearance: Clearance): Promise<DeviceRecord> {
    return this.settle(id, (before) => {
      const found = before.verdict.findings.filter(({ relays = '' }) => statements.has(relays));
      return found.length === 0 ? undefined : this.cleared(before, found, clearance);
    });
  }

  /** The device's record with these findings cleared, and all that is to be kept of it. */
  cleared(before: DeviceRecord, found: readonly Finding[], clearance: Clearance): Proposal {
    const cleared = found.map((finding) => clearFinding(finding, clearance));
    const findings = before.findings.map((finding) => cleared[found.indexOf(finding)] ?? finding);
    const judged = this.judge({ ...before, findings }, []);
    return {
      after: judged.after,
      events: [...clearingEvents(before, found, clearance), ...judged.events],
      store: async (store) => {
        for (const finding of cleared) await markCleared(store, finding);
        await judged.store(store);
      },
    };
  }

  /** An operator, or a rule, sets what a device may be. */
  stand(id: string, standing: Standing, actor: string, reason: string) {
    const at = this.#parts.clock.now();
    return this.settle(id, (before) => {
      if (before.standing === standing) {
        throw new KitenError('kiten/standing-unchanged', `${id} is already ${standing}.`);
      }
      if (before.standing === 'revoked') {
        throw new KitenError(
          'kiten/device-revoked',
          `${id} is revoked: its certificates and its password are void. It returns by enrolling anew, with a token from \`kiten token create --device ${id}\`, or by a new password.`,
        );
      }
      // What a revoked device knew must not let it in again.
      const { password, ...rest } = before;
      const after: DeviceRecord = {
        ...(standing === 'revoked' ? rest : before),
        standing,
        standingBy: actor,
        standingReason: reason,
        standingAt: at,
        certificates: standing === 'revoked' ? revoked(before.certificates, at) : before.certificates,
      };
      return {
        after,
        events: [
          {
            type: `device/${standing === 'admitted' ? 'released' : standing}`,
            at,
            actor,
            subject: deviceSubject(id),
            reason,
            data: {},
          },
        ],
        store: async (store) => {
          await store
            .updateTable('devices')
            .set({ standing, standing_by: actor, standing_reason: reason, standing_at: at })
            .where('id', '=', id)
            .execute();
          await keepStanding(store, id, { at, standing, by: actor, reason });
          if (standing === 'revoked') {
            await store
              .updateTable('certificates')
              .set({ revoked_at: at, revocation_reason: UNSPECIFIED })
              .where('device', '=', id)
              .where('revoked_at', 'is', null)
              .execute();
            if (password !== undefined) await forgetPassword(store, id);
          }
        },
      };
    });
  }

  /** The verdict over a device's findings and some new ones, with what is to be stored and logged of it. */
  judge(before: DeviceRecord, findings: readonly Finding[]): Proposal {
    const { book, clock, sign, brake } = this.#parts;
    const now = clock.now();
    const all = findings.length === 0 ? before.findings : newestOfEach([...before.findings, ...findings]);
    const verdict = composeVerdict({
      subject: deviceSubject(before.id),
      findings: all,
      edges: partsOf(before.id, all),
      profile: book.profile(before.groups),
      now,
      previous: before.verdict,
    });
    const { held, events, store, done, failed } = brake.consider(before, verdict, findings);
    const profile = book.profile(before.groups);
    const after = withTrustInForce({ ...before, findings: all, verdict, held }, profile);
    if (verdict.epoch === before.verdict.epoch) return { after, events, store, done, failed };
    const ear = sign(verdict);
    return {
      after: { ...after, ear },
      events: [verdictIssued(verdict), ...events],
      store: async (transaction) => {
        await insertVerdict(transaction, verdict, ear);
        await store(transaction);
      },
      done,
      failed,
    };
  }
}

function revoked(certificates: readonly CertificateStanding[], at: number): readonly CertificateStanding[] {
  return certificates.map((certificate) => ({ revokedAt: at, ...certificate }));
}

/** CRLReason unspecified (RFC 5280 §5.3.1). */
const UNSPECIFIED = 0;

export async function insertVerdict(
  store: Transaction<Tables>,
  verdict: Verdict,
  ear: string,
): Promise<void> {
  await store
    .insertInto('verdicts')
    .values({
      subject: subjectKey(verdict.subject),
      epoch: verdict.epoch,
      vector: JSON.stringify(verdict.vector),
      status: verdict.status,
      overdue: verdict.overdue ? 1 : 0,
      at: verdict.at,
      profile: verdict.profile,
      ear,
    })
    .execute();
}
