import { type Clock, KitenError } from '@kiten/codec';
import {
  type CompiledPolicies,
  compilePolicies,
  type DeviceFacts,
  decide,
  deviceEntity,
  type EntityUid,
  emptyRecord,
  entities,
  operatorEntity,
  type PolicySetJson,
} from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import type { Database } from '../store/database.ts';
import { type InvariantRevision, loadInvariants, storeInvariants } from './invariants.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';
import { loadProof, logged, type PolicyProof, type Proved, storeProof } from './policy-proof.ts';
import type { PolicyReasoner } from './policy-reasoner.ts';
import type { PolicyReview } from './policy-work.ts';
import { Turns } from './turns.ts';

export type OperatorAction = 'view' | 'operate' | 'administer';

export interface PolicyRevision {
  readonly revision: number;
  readonly text: string;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
}

export interface PolicyDeskParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  /** What policies mean, and whether they keep the invariants, is thought about elsewhere. */
  readonly reasoner: Pick<PolicyReasoner, 'do'>;
  /** Brings a new set to where messages pass. */
  readonly enforce: (policies: PolicySetJson) => void;
}

/** The policies in force: what they say, who set them, and what they allow operators. */
export class PolicyDesk {
  readonly #parts: PolicyDeskParts;
  #present: PolicyRevision;
  #json: PolicySetJson;
  #compiled: CompiledPolicies;
  #invariants: InvariantRevision;
  /** Policies and invariants are proved against each other: they change one after the other. */
  readonly #turns = new Turns();

  private constructor(parts: PolicyDeskParts, present: PolicyRevision, invariants: InvariantRevision) {
    this.#parts = parts;
    this.#present = present;
    this.#invariants = invariants;
    this.#json = parsePolicies(present.text);
    this.#compiled = compilePolicies(this.#json);
  }

  static async open(parts: PolicyDeskParts): Promise<PolicyDesk> {
    const newest = await parts.database
      .selectFrom('policies')
      .selectAll()
      .orderBy('revision', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (newest === undefined) throw new KitenError('kiten/policies-missing', 'The store holds no policies.');
    return new PolicyDesk(parts, newest, await loadInvariants(parts.database));
  }

  get present(): PolicyRevision {
    return this.#present;
  }

  get json(): PolicySetJson {
    return this.#json;
  }

  get compiled(): CompiledPolicies {
    return this.#compiled;
  }

  get invariants(): InvariantRevision {
    return this.#invariants;
  }

  /**
   * The certificate that the policies in force keep the invariants. That of a site which has never changed either is made
   * when it is first asked for.
   * @throws KitenError `policy/nothing-proved` if there are no invariants; `policy/invariant-broken` … if they are not kept
   */
  async certificate(): Promise<Uint8Array> {
    const proved = { policies: this.#present.text, invariants: this.#invariants.text };
    const { certificate } = (await loadProof(this.#parts.database, proved)) ?? (await this.#prove(proved));
    if (certificate === undefined)
      throw new KitenError('policy/nothing-proved', 'There are no invariants, so nothing is proved.');
    return certificate;
  }

  /**
   * The proof that policies keep the invariants in force.
   * @throws KitenError `policy/parse-failed`, `policy/invalid`, `policy/duplicate-id`, `policy/invariant-broken`,
   *   `policy/invariant-undecided`, `policy/proof-rejected`, `kiten/policy-too-long`, `kiten/policy-busy`: nothing is
   *   changed then
   */
  check(text: string): Promise<PolicyProof> {
    return this.#prove({ policies: text, invariants: this.#invariants.text });
  }

  /**
   * What is wrong with policies, or what they would mean beside others, those in force unless said.
   * @throws KitenError `kiten/policy-too-long`, `kiten/policy-busy`
   */
  review(text: string, against: string | undefined): Promise<PolicyReview> {
    const inForce = { present: this.#present.text, invariants: this.#invariants.text };
    return this.#parts.reasoner.do({ kind: 'review', text, against, ...inForce });
  }

  #prove(proved: Proved): Promise<PolicyProof> {
    return this.#parts.reasoner.do({ kind: 'check', ...proved });
  }

  /** Puts other invariants in force, once that is durable. The policies must keep them. */
  replaceInvariants(text: string, author: Operator, reason: string): Promise<InvariantRevision> {
    return this.#turns.take('', () => this.#replaceInvariants(text, author, reason));
  }

  async #replaceInvariants(text: string, author: Operator, reason: string): Promise<InvariantRevision> {
    const { journal, clock } = this.#parts;
    const proof = await this.#prove({ policies: this.#present.text, invariants: text });
    const revision = { text, author: `operator:${author.name}`, reason, at: clock.now() };
    const event = {
      type: 'policy/invariants-changed',
      at: revision.at,
      actor: revision.author,
      reason,
      data: logged(proof),
    };
    await journal.commit([event], async (store) => {
      await storeInvariants(store, revision);
      await storeProof(store, { policies: this.#present.text, invariants: text }, proof);
    });
    this.#invariants = revision;
    return revision;
  }

  /** Puts a new set in force, once it is durable. */
  replace(text: string, author: Operator, reason: string): Promise<PolicyRevision> {
    return this.#turns.take('', () => this.#replace(text, author, reason));
  }

  async #replace(text: string, author: Operator, reason: string): Promise<PolicyRevision> {
    const { journal, clock, enforce } = this.#parts;
    const proof = await this.check(text);
    const json = parsePolicies(text);
    const compiled = compilePolicies(json);
    const at = clock.now();
    const actor = `operator:${author.name}`;
    const event = {
      type: 'policy/changed',
      at,
      actor,
      reason,
      data: { policies: compiled.size, ...logged(proof) },
    };
    const { revision } = await journal.commit([event], async (store) => {
      await storeProof(store, { policies: text, invariants: this.#invariants.text }, proof);
      return store
        .insertInto('policies')
        .values({ text, author: actor, reason, at })
        .returning('revision')
        .executeTakeFirstOrThrow();
    });
    this.#present = { revision, text, author: actor, reason, at };
    this.#json = json;
    this.#compiled = compiled;
    enforce(json);
    return this.#present;
  }

  /** May this device, known or about to be, ask the site itself for that? */
  permitsDevice(device: DeviceFacts, action: 'enrol' | 'renew' | 'attest' | 'update', site: string): boolean {
    const known = deviceEntity(device);
    const request = {
      principal: known.uid,
      action: actionUid(action),
      resource: { type: 'Site', id: site },
      context: emptyRecord,
    };
    return decide(this.#compiled, request, entities(known)).allow;
  }

  /** Operators pass through the same engine as devices. */
  permits(operator: Operator, action: OperatorAction, site: string, device?: string): boolean {
    const principal = { type: 'Operator', id: operator.name };
    const resource = device === undefined ? { type: 'Site', id: site } : { type: 'Device', id: device };
    const known = entities(operatorEntity({ name: operator.name, roles: [operator.role] }));
    return decide(
      this.#compiled,
      { principal, action: actionUid(action), resource, context: emptyRecord },
      known,
    ).allow;
  }
}

const actionUid = (id: string): EntityUid => ({ type: 'Action', id });
