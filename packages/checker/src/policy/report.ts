import { KitenError } from '@kiten/codec';

/** Why a certificate does not hold, spelled as in docs/policy-certificate.md, "Checking". */
export type PolicyReason =
  | `certificate-${'too-large' | 'malformed' | 'version'}`
  | `policy-${'malformed' | 'repeated' | 'too-complex'}`
  | `invariant-${'malformed' | 'unknown' | 'too-complex' | 'not-proven'}`
  | `environment-${'unknown' | 'repeated'}`
  | `${'schema' | 'term'}-malformed`
  | `step-${'malformed' | 'too-large' | 'not-implied' | 'invalid'}`;

/** An entity: its type and its id. */
export type Uid = Readonly<{ type: string; id: string }>;
/** One action with one of its principal types and one of its resource types. */
export type PolicyEnvironment = Readonly<{ principal: string; action: Uid; resource: string }>;

/** What is meant: a policy or an invariant by its id; terms and steps of an environment's proof from 0. */
export type PolicyPlace = Readonly<
  { environment?: PolicyEnvironment } & Partial<Record<'policy' | 'invariant', string>> &
    Partial<Record<'term' | 'step', number>>
>;

/** What came of a check. `unproven` are the invariants that were given and that the certificate does not claim. */
export type PolicyReport =
  | Readonly<{ holds: true; proven: readonly string[]; unproven: readonly string[]; environments: number }>
  | Readonly<PolicyPlace & { holds: false; reason: PolicyReason; message: string }>;

/** Or a fault: what has not its form, or takes too much work. Who asked for it knows what it is a reason for. */
type Reason = PolicyReason | 'malformed' | 'too-large';

/** How the inside of this package says that a certificate does not hold. It never leaves the package. */
export class Refusal extends Error {
  reason: Reason = 'malformed';
  place: PolicyPlace = {};
  get report(): PolicyReport {
    return { holds: false, reason: this.reason as PolicyReason, ...this.place, message: this.message };
  }
}

/** Refuses unless a condition holds. The message says what does not. */
export function need(condition: unknown, reason: Reason, message: string): asserts condition {
  if (!condition) throw Object.assign(new Refusal(message), { reason });
}

/** Requires a form. The message says what is wrong with it. */
export function must(condition: unknown, message: string): asserts condition {
  need(condition, 'malformed', message);
}

/** Does something at a place, which a refusal then names. Faults get their reason here. */
export function at<T>(place: PolicyPlace, act: () => T, malformed?: PolicyReason, tooLarge = malformed): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof KitenError)) throw error;
    const { reason, place: inner } = error instanceof Refusal ? error : new Refusal();
    const known = (reason === 'malformed' ? malformed : reason === 'too-large' ? tooLarge : reason) ?? reason;
    throw Object.assign(new Refusal(error.message), { reason: known, place: { ...place, ...inner } });
  }
}

/** A function that is asked once for each thing, and remembers. */
export function once<K extends object, T>(make: (one: K) => T, known = new WeakMap<K, T>()) {
  return (one: K): T => {
    const made = known.get(one) ?? make(one);
    known.set(one, made);
    return made;
  };
}

/** Counts the work on one environment, and what it keeps, which the sizes of what is read do not bound by themselves. */
export class Effort {
  #left = 2 ** 24;
  spend(amount: number): void {
    this.#left -= amount;
    need(this.#left >= 0, 'too-large', 'The environment takes too much work.');
  }
}
