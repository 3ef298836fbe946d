import { checkPolicyCertificate } from '@kiten/checker/policy';
import { KitenError } from '@kiten/codec';
import {
  type CompiledPolicies,
  compilePolicies,
  defaultInvariants,
  defaultSchema,
  entitiesToJson,
  exactJsonText,
  type InvariantOutcome,
  PolicyProver,
  type PolicySetJson,
  policyAnnotations,
  requestToJson,
  type Scenario,
  showEnvironment,
} from '@kiten/policy';
import { checkPolicies, readSchemaModel, resolveSchema } from '@kiten/policy/cedar';
import type { Transaction } from 'kysely';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/tables.ts';
import type { PolicyProof } from './policy-proof.ts';

/** What must hold of the policies, as it stands in the store. */
export interface InvariantRevision {
  readonly text: string;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
}

/** Until an operator says otherwise. */
const shipped: InvariantRevision = {
  text: defaultInvariants,
  author: 'site',
  reason: 'What Kiten ships',
  at: 0,
};
const fact = 'invariants';

export async function loadInvariants(database: Database): Promise<InvariantRevision> {
  const found = await database
    .selectFrom('facts')
    .select('value')
    .where('name', '=', fact)
    .executeTakeFirst();
  return found === undefined ? shipped : (JSON.parse(found.value) as InvariantRevision);
}

export async function storeInvariants(
  store: Transaction<Tables>,
  revision: InvariantRevision,
): Promise<void> {
  const value = JSON.stringify(revision);
  await store
    .insertInto('facts')
    .values({ name: fact, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** A broken invariant, for whoever wanted to break it: with the request that shows it, in Cedar's JSON forms. */
export interface BrokenInvariant {
  readonly id: string;
  readonly sentence: string;
  readonly sentenceJa?: string;
  readonly result: 'refuted' | 'unknown';
  readonly counterexample?: { readonly request: unknown; readonly entities: unknown };
  /** Where it could not be decided, and why not. */
  readonly environment?: string;
  readonly why?: string;
}

/** What comes of an invariant: it is kept, for all requests, or it is not. */
export type JudgedInvariant =
  | (Omit<BrokenInvariant, 'result'> & { readonly result: 'proved' })
  | BrokenInvariant;

/** Invariants, read; and the proof that policies keep them. */
export class Invariants {
  readonly #set: PolicySetJson;
  readonly #compiled: CompiledPolicies;
  readonly #annotations: ReturnType<typeof policyAnnotations>;

  /** @throws KitenError as `checkPolicies`, and `kiten/invariant-unnamed` */
  constructor(text: string) {
    const set = checkPolicies(text, defaultSchema);
    this.#set = set;
    this.#annotations = policyAnnotations(set);
    this.#compiled = compilePolicies(set);
    for (const [id, { id: named }] of this.#annotations) {
      if (named !== id || Object.hasOwn(set.templates, id))
        throw new KitenError(
          'kiten/invariant-unnamed',
          `An invariant needs an @id, and is no template: ${id}.`,
        );
    }
  }

  /**
   * @throws KitenError `policy/invariant-broken`, with `detail.invariants`, each with a request that shows it; and
   *   `policy/invariant-undecided`: what is not proved does not act. `policy/proof-rejected` if the independent checker
   *   does not follow the proof.
   */
  requireOf(policies: PolicySetJson, prover: PolicyProver): PolicyProof {
    const { outcomes, certificate } = prover.prove(compilePolicies(policies), this.#compiled);
    const judged = outcomes.map((outcome) => this.#describe(outcome));
    const broken = judged.filter((each) => each.result !== 'proved');
    const refuted = broken.filter(({ result }) => result === 'refuted');
    const sentences = (list: readonly BrokenInvariant[]) => list.map(({ sentence }) => sentence).join(' ');
    const detail = { detail: { invariants: broken } };
    if (refuted.length > 0)
      throw new KitenError(
        'policy/invariant-broken',
        `These policies would break what must hold: ${sentences(refuted)}`,
        detail,
      );
    if (broken.length > 0)
      throw new KitenError(
        'policy/invariant-undecided',
        `It can’t be proved that these policies keep what must hold: ${sentences(broken)}`,
        detail,
      );
    const proven = outcomes.map(({ id }) => id);
    if (certificate !== undefined) this.#check(certificate, policies, proven);
    return { proven, certificate };
  }

  #check(certificate: Uint8Array, policies: PolicySetJson, proven: readonly string[]): void {
    const report = checkPolicyCertificate({
      certificate,
      policies: exactJsonText(policies),
      schema: exactJsonText(resolveSchema(defaultSchema)),
      invariants: exactJsonText(this.#set),
    });
    if (report.holds && report.unproven.length === 0 && report.proven.length === proven.length) return;
    const why = report.holds ? 'it does not claim all of them' : `${report.message} (${report.reason})`;
    throw new KitenError(
      'policy/proof-rejected',
      `The proof that these policies keep what must hold is not accepted by the independent checker: ${why}`,
    );
  }

  /** What comes of each of them, in their order. */
  judge(policies: CompiledPolicies, prover: PolicyProver): readonly JudgedInvariant[] {
    return prover.prove(policies, this.#compiled).outcomes.map((outcome) => this.#describe(outcome));
  }

  #describe(outcome: InvariantOutcome): JudgedInvariant {
    const { id } = outcome;
    const { sentence = id, sentence_ja: sentenceJa } = this.#annotations.get(id) ?? {};
    const named = { id, sentence, ...(sentenceJa === undefined ? {} : { sentenceJa }) };
    switch (outcome.result) {
      case 'proved':
        return { ...named, result: 'proved' };
      case 'refuted':
        return { ...named, result: 'refuted', counterexample: inJson(outcome.counterexample) };
      case 'unknown':
        return {
          ...{ ...named, result: 'unknown' },
          ...{ environment: showEnvironment(outcome.environment), why: outcome.why },
        };
    }
  }
}

function inJson({ request, entities }: Scenario) {
  return { request: requestToJson(request), entities: entitiesToJson(entities) };
}

/** A prover for the schema of sites. */
export function siteProver(): PolicyProver {
  return new PolicyProver(readSchemaModel(defaultSchema));
}
