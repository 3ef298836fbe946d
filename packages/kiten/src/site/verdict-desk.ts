import { type Clock, fromHex, KitenError, toHex } from '@kiten/codec';
import { publicKeyDigest, sha256 } from '@kiten/identity';
import {
  type BundleLeaf,
  compileRules,
  type DerivationLeaf,
  deriveVerdict,
  deviceSubject,
  encodeBundle,
  encodeRuleSet,
  findingDigest,
  readUnverifiedFacts,
  ruleSetDigest,
  subjectKey,
  verdictFacts,
  verdictRules,
} from '@kiten/trust';
import type { Database } from '../store/database.ts';
import {
  insertStatement,
  type StatementRecord,
  statementByDigest,
  statementsAbout,
} from '../store/statements.ts';
import type { AuthorityDesk } from './authorities.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import type { Journal } from './journal.ts';
import type { Anchor, LogAnchor } from './log-anchor.ts';
import { partsOf } from './parts.ts';
import { holderOf, type PassportBoard } from './passport-board.ts';
import { type Stater, state, stateComposition, stateFinding } from './statements.ts';
import type { TrustDesk } from './trust-desk.ts';
import { type TrustRoot, trustFile } from './trust-file.ts';

export interface VerdictDeskParts {
  readonly site: string;
  readonly database: Database;
  readonly book: DeviceBook;
  readonly journal: Journal;
  readonly located: ReadonlyMap<string, number>;
  readonly clock: Clock;
  readonly authorities: AuthorityDesk;
  readonly passports: PassportBoard;
  readonly trust: TrustDesk;
  readonly verifier: Stater;
  /** SPKI, DER: the operator's key, which appoints the verifier. */
  readonly rootKey: Uint8Array;
  readonly log: { readonly origin: string; readonly key: Uint8Array };
  readonly anchor: LogAnchor;
  /** C2SP verifier keys of the witnesses that are asked. */
  readonly witnesses: () => readonly string[];
  /** How long a verdict that is signed for others holds, in milliseconds. */
  readonly validity: number;
}

const rules = compileRules(verdictRules);
const ruleText = encodeRuleSet(verdictRules);
const ruleDigest = ruleSetDigest(verdictRules, sha256);
const attempts = 3;

/** A device's verdict as the verifier states it, with the statements that it rests on. */
interface Spoken {
  readonly device: DeviceRecord;
  readonly statements: readonly StatementRecord[];
}

/** Verdicts for those who do not believe this site: each with its proof (docs/verdict-bundle.md). */
export class VerdictDesk {
  readonly #parts: VerdictDeskParts;

  constructor(parts: VerdictDeskParts) {
    this.#parts = parts;
  }

  /**
   * The bundle that proves a device's present verdict. The verdict is stated and logged if it is not yet, or not for
   * much longer.
   *
   * @throws KitenError `kiten/device-unknown`, `kiten/verdict-unstated` (nothing was found about it yet),
   *   `kiten/verifier-not-appointed`, `kiten/log-moved`, `trust/…`, `ledger/…`
   */
  async exportBundle(id: string, { compact }: { compact: boolean }): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#prove(await this.#parts.trust.turn(id, () => this.#speak(id)), compact);
      } catch (error) {
        // What was stated a moment ago may have been withdrawn since.
        const { code } = error as Partial<KitenError>;
        if (attempt === attempts || (code !== 'kiten/log-moved' && code !== 'trust/not-derivable'))
          throw error;
      }
    }
  }

  /** What to believe in order to check verdicts of this site, as a file. */
  trustFile(): string {
    const { log, witnesses } = this.#parts;
    return trustFile({
      origin: log.origin,
      logKey: log.key,
      roots: this.#roots(),
      rules: { digest: ruleDigest, text: ruleText },
      witnesses: witnesses(),
    });
  }

  async #prove({ device, statements }: Spoken, compact: boolean): Promise<Uint8Array> {
    const indexes = new Map(statements.map((record) => [record.digest, this.#indexOf(record)]));
    const anchor = await this.#parts.anchor.covering(Math.max(...indexes.values()));
    const roots = this.#roots().map(({ role, publicKey }) => ({ keyId: keyIdOf(publicKey), role }));
    const { leaves, steps, goal, signers } = deriveVerdict({
      rules,
      roots,
      statements: statements.map(({ statement }) => readUnverifiedFacts(statement, sha256)),
      isMarked: (mark) => anchor.isMarked(mark),
      subject: deviceSubject(device.id),
    });
    return encodeBundle({
      rules: { digest: ruleDigest, ...(compact ? {} : { text: ruleText }) },
      checkpoint: anchor.checkpoint,
      keys: signers.map((keyId) => this.#keyOf(keyId)),
      leaves: await Promise.all(leaves.map((leaf) => proven(leaf, anchor, indexes))),
      steps,
      goal,
    });
  }

  /** States the verdict on a device as it is, unless that was done, and collects what it rests on. */
  async #speak(id: string): Promise<Spoken> {
    const { book, database, verifier, passports, clock, validity } = this.#parts;
    const device = book.get(id);
    if (device.verdict.epoch === 0) {
      throw new KitenError(
        'kiten/verdict-unstated',
        `Nothing was found about ${id} yet: there is no verdict.`,
      );
    }
    const [appointment] = await statementsAbout(database, 'appointment', [
      publicKeyDigest(verifier.signer.publicKey),
    ]);
    if (appointment === undefined) {
      throw new KitenError(
        'kiten/verifier-not-appointed',
        'The root has not signed for the verifier’s key: put keys/root.key.pem back, once, and start the site again.',
      );
    }
    const findings = await this.#findingStatements(device);
    const compositions = await this.#compositionStatements(device);
    const present = passports.present(device);
    const isLasting = (present?.expiresAt ?? 0) > clock.now() + validity / 2;
    const verdict =
      present !== undefined && isLasting && countsTheSame(present, device)
        ? present
        : await this.#state(device);
    return { device, statements: [appointment, ...compositions, ...findings, verdict] };
  }

  async #state(device: DeviceRecord): Promise<StatementRecord> {
    const { book, verifier, passports, clock, validity } = this.#parts;
    const { verdict, standing, groups } = device;
    const holder = holderOf(device);
    const now = clock.now();
    const record = state(verifier, {
      kind: 'verdict',
      about: passports.sayingOf(device),
      subject: subjectKey(verdict.subject),
      issuedAt: now,
      expiresAt: now + validity,
      facts: verdictFacts(
        {
          verdict,
          standing,
          profile: { ...book.profile(groups), name: verdict.profile },
          ...(holder === undefined ? {} : { holder: fromHex(holder) }),
        },
        sha256,
      ),
    });
    await this.#commit(record);
    passports.issued(record);
    return record;
  }

  /** The statements of all findings that count, and those of others that they relay. */
  async #findingStatements({ verdict }: DeviceRecord): Promise<readonly StatementRecord[]> {
    const { database, verifier, clock } = this.#parts;
    const digests = verdict.findings.map((finding) => toHex(findingDigest(finding, sha256)));
    const known = new Map(
      (await statementsAbout(database, 'finding', digests)).map((record) => [record.about, record]),
    );
    const statements: StatementRecord[] = [];
    for (const [position, finding] of verdict.findings.entries()) {
      const stated = known.get(digests[position] ?? '');
      // A finding from before findings were stated.
      statements.push(stated ?? (await this.#commit(stateFinding(verifier, finding, clock.now()))));
      if (finding.relays === undefined) continue;
      const relayed = await statementByDigest(database, finding.relays);
      if (relayed !== undefined) statements.push(relayed);
    }
    return [...new Map(statements.map((record) => [record.digest, record])).values()];
  }

  /** That its parts are its parts. */
  async #compositionStatements({ id, verdict }: DeviceRecord): Promise<readonly StatementRecord[]> {
    const { database, verifier, clock } = this.#parts;
    const parts = partsOf(id, verdict.findings);
    const about = parts.map(({ part }) => subjectKey(part));
    const known = await statementsAbout(database, 'composition', about);
    const stated = new Map(known.map((record) => [record.about, record]));
    return Promise.all(
      parts.map(
        async (edge) =>
          stated.get(subjectKey(edge.part)) ??
          (await this.#commit(stateComposition(verifier, edge, clock.now()))),
      ),
    );
  }

  async #commit(record: StatementRecord): Promise<StatementRecord> {
    await this.#parts.journal.commit([record], (store) => insertStatement(store, record));
    return record;
  }

  #indexOf({ digest, index }: StatementRecord): number {
    const found = this.#parts.located.get(digest) ?? index;
    if (found !== undefined) return found;
    throw new KitenError('kiten/log-moved', 'The log cannot take what was stated just now: try again.');
  }

  #roots(): readonly TrustRoot[] {
    const { site, rootKey, authorities } = this.#parts;
    return [{ name: site, role: 'operator', publicKey: rootKey }, ...authorities.all()];
  }

  #keyOf(keyId: Uint8Array): Uint8Array {
    const { verifier } = this.#parts;
    const keys = [verifier.signer.publicKey, ...this.#roots().map(({ publicKey }) => publicKey)];
    const found = keys.find((key) => publicKeyDigest(key) === toHex(keyId));
    if (found !== undefined) return found;
    throw new KitenError('kiten/key-missing', `The key ${toHex(keyId)} of a signer is not known any more.`);
  }
}

/** A finding may have replaced another without changing what the verdict says. A proof needs the one that is counted. */
function countsTheSame({ statement }: StatementRecord, { verdict }: DeviceRecord): boolean {
  const counted = readUnverifiedFacts(statement, sha256).facts.flatMap(([predicate, , finding]) =>
    predicate === 'counts' && finding instanceof Uint8Array ? [toHex(finding)] : [],
  );
  const present = new Set(verdict.findings.map((finding) => toHex(findingDigest(finding, sha256))));
  return counted.length === present.size && counted.every((digest) => present.has(digest));
}

async function proven(
  leaf: DerivationLeaf,
  anchor: Anchor,
  indexes: ReadonlyMap<string, number>,
): Promise<BundleLeaf> {
  switch (leaf.kind) {
    case 'root':
      return leaf;
    case 'statement': {
      const proof = await anchor.inclusion(indexes.get(toHex(leaf.digest)) as number);
      return { kind: 'statement', statement: leaf.statement, ...proof };
    }
    case 'absence':
      return { kind: 'absence', mark: leaf.mark, ...anchor.absence(leaf.mark) };
    case 'presence':
      return { kind: 'presence', mark: leaf.mark, ...anchor.presence(leaf.mark) };
  }
}

const keyIdOf = (publicKey: Uint8Array): Uint8Array => fromHex(publicKeyDigest(publicKey));
