import { KitenError } from '@kiten/codec';
import { defaultSchema, type PolicyProver } from '@kiten/policy';
import { parsePolicies, validatePolicies } from '@kiten/policy/cedar';
import { Invariants, siteProver } from './invariants.ts';
import type { PolicyProof } from './policy-proof.ts';
import {
  compiledPolicies,
  type PolicyMeaning,
  type PolicyProblem,
  policyMeaning,
  policyProblems,
} from './policy-review.ts';

/** What is to be thought about policies, as texts: it may take long, so a worker does it. */
export type PolicyTask =
  | { readonly kind: 'check'; readonly policies: string; readonly invariants: string }
  | {
      readonly kind: 'review';
      readonly text: string;
      /** What it is compared with: those in force, unless others are given. */
      readonly present: string;
      readonly against?: string | undefined;
      readonly invariants: string;
    };

/** What is wrong with two sets of policies; or what the second would mean. */
export interface PolicyReview {
  readonly problems: readonly PolicyProblem[];
  readonly meaning?: PolicyMeaning;
}

export interface PolicyAnswers {
  readonly check: PolicyProof;
  readonly review: PolicyReview;
}

/** Does tasks one after the other; what it learns of one set of policies helps with the next. */
export class PolicyWork {
  #prover: PolicyProver | undefined;

  /**
   * @throws KitenError for a `check`: `policy/parse-failed`, `policy/invalid`, `policy/duplicate-id`,
   *   `policy/invariant-broken`, `policy/invariant-undecided`, `policy/proof-rejected`; for both, as `new Invariants`
   */
  do(task: PolicyTask): PolicyAnswers[PolicyTask['kind']] {
    return task.kind === 'check' ? this.#check(task.policies, task.invariants) : review(task);
  }

  #check(text: string, invariants: string): PolicyProof {
    const policies = parsePolicies(text);
    const { errors } = validatePolicies(text, defaultSchema);
    if (errors.length > 0) {
      const message = errors
        .map(({ policy, message }) => (policy === undefined ? message : `${policy}: ${message}`))
        .join('; ');
      throw new KitenError('policy/invalid', `The policies do not fit the schema: ${message}`, {
        detail: { errors },
      });
    }
    this.#prover ??= siteProver();
    return new Invariants(invariants).requireOf(policies, this.#prover);
  }
}

function review({
  text,
  present,
  against,
  invariants,
}: Extract<PolicyTask, { kind: 'review' }>): PolicyReview {
  const problems = [text, ...(against === undefined ? [] : [against])].flatMap(policyProblems);
  if (problems.length > 0) return { problems };
  const [before, after] = [compiledPolicies(against ?? present), compiledPolicies(text)];
  return { problems, meaning: policyMeaning(before, after, invariants) };
}
