import type { Atom, CheckedStatement, CheckReport, Term } from '@kiten/checker';
import { toHex } from '@kiten/codec';
import type { ClaimName } from '../trust/claims.ts';

export type HeldReport = Extract<CheckReport, { holds: true }>;
type Premise = HeldReport['derivation'][number]['premises'][number];

/** A node of the derivation with what it rests on: a step by a rule, or a leaf that was checked by itself. */
export interface ProofNode {
  /** The same for the same node wherever it stands. */
  readonly key: string;
  readonly atom: Atom;
  readonly rule?: string;
  readonly step?: number;
  readonly leaf?: number;
  readonly statement?: CheckedStatement;
  readonly premises: readonly ProofNode[];
}

/** A finding that the verdict counts, as its statement says it. */
export interface CountedFinding {
  readonly subject: string;
  readonly value: number;
  readonly code: string;
  readonly aspect: string;
  readonly appraiser: string;
  /** Milliseconds since the Unix epoch; `until` is 2^53 − 1 for what does not lapse. */
  readonly at: number;
  readonly until: number;
  /** SHA-256 of the evidence, hexadecimal. */
  readonly premises: readonly string[];
  /** Whether the claim has its value from this finding. */
  readonly decides: boolean;
  /** The step that lets it be counted. */
  readonly node: ProofNode;
}

export interface ClaimProof {
  readonly value: number;
  /** Those on this claim, the one that decides first. */
  readonly findings: readonly CountedFinding[];
  /** How many findings the verdict counts on all claims. */
  readonly counted: number;
  /** The step that concludes the verdict, without the counting. */
  readonly verdict: ProofNode;
}

/** What a proven verdict says about one claim, and why: taken from the checker's report alone. */
export function claimProof(report: HeldReport, claim: ClaimName): ClaimProof {
  const { derivation, verdict } = report;
  const value = verdict.vector[claim];
  const counted = derivation.flatMap(
    ({ premises }) => premises.find(({ atom }) => atom[0] === 'found') ?? [],
  );
  const findings = counted
    .filter(({ atom: [, , , about] }) => about === claim)
    .map((premise) => countedFinding(premise, report, value))
    .toSorted((left, right) => Number(right.decides) - Number(left.decides) || right.at - left.at);
  const last = derivation.length - 1;
  const whole = nodeOf({ step: last, atom: derivation[last]?.conclusion ?? ['verdict'] }, report);
  const verdictNode = { ...whole, premises: whole.premises.filter(({ atom }) => atom[0] !== 'counted') };
  return { value, findings, counted: counted.length, verdict: verdictNode };
}

function countedFinding(premise: Premise, report: HeldReport, value: number): CountedFinding {
  const node = nodeOf(premise, report);
  const said = node.premises.find(({ atom }) => atom[3] === 'finding' || atom[3] === 'relays');
  // says(V, S, "finding", F, subject, claim, value, code, aspect, appraiser, at, until)
  const [, , , , digest, subject, , own, code, aspect, appraiser, at, until] = said?.atom ?? [];
  const premises = (said?.statement?.atoms ?? [])
    .filter(([predicate, finding]) => predicate === 'rests' && sameTerm(finding, digest))
    .map(([, , evidence]) => (evidence instanceof Uint8Array ? toHex(evidence) : String(evidence)));
  return {
    subject: String(subject),
    value: Number(own),
    code: String(code),
    aspect: String(aspect),
    appraiser: String(appraiser),
    at: Number(at),
    until: Number(until),
    premises,
    decides: own === value,
    node,
  };
}

function nodeOf({ step, leaf, atom }: Premise, report: HeldReport): ProofNode {
  if (step === undefined) {
    const statement = report.statements.find((one) => one.leaf === leaf);
    const key = `leaf ${leaf} ${atom[3] ?? ''}`;
    return {
      key,
      atom,
      ...(leaf === undefined ? {} : { leaf }),
      ...(statement === undefined ? {} : { statement }),
      premises: [],
    };
  }
  const { rule, premises } = report.derivation[step] ?? { rule: '', premises: [] };
  return { key: `step ${step}`, atom, rule, step, premises: premises.map((one) => nodeOf(one, report)) };
}

function sameTerm(left: Term | undefined, right: Term | undefined): boolean {
  if (left instanceof Uint8Array && right instanceof Uint8Array) return toHex(left) === toHex(right);
  return left === right;
}
