import { KitenError } from '@kiten/codec';
import {
  type CompiledPolicies,
  compilePolicies,
  defaultSchema,
  diffPolicies,
  entitiesToJson,
  exactJsonText,
  type PolicyRemark,
  type PolicyReview as Remarks,
  requestToJson,
  reviewPolicies,
  type Scenario,
  showEnvironment,
  showValue,
} from '@kiten/policy';
import { parsePolicies, readSchemaModel, validatePolicies } from '@kiten/policy/cedar';
import { Invariants, type JudgedInvariant, siteProver } from './invariants.ts';

/** What is wrong with a text, and where: lines and columns from 1. */
export interface PolicyProblem {
  readonly message: string;
  readonly code: string;
  readonly policy?: string;
  readonly line?: number;
  readonly column?: number;
}

/** A request that shows something, for people and as Cedar's JSON, ready for `kiten policy decide`. */
export interface PolicyExample {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context: string;
  readonly json: string;
}

export interface PolicyChange {
  readonly change: 'allowed' | 'denied';
  /** What kind of request it is about. */
  readonly environment: string;
  /** The policies that decided and that would: none where nothing permits it. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly example: PolicyExample;
}

export interface UndecidedPart {
  readonly environment: string;
  readonly why: string;
}

/** What a set of policies would mean, beside the one in force. */
export interface PolicyMeaning {
  readonly changes: readonly PolicyChange[];
  readonly undecided: readonly UndecidedPart[];
  readonly remarks: readonly PolicyRemark[];
  readonly remarksUndecided: Remarks['undecided'];
  readonly invariants: readonly (Omit<JudgedInvariant, 'counterexample'> & {
    /** As Cedar's JSON. */
    readonly counterexample?: string;
  })[];
}

/** What keeps a text from being policies of a site at all; nothing if it fits. */
export function policyProblems(text: string): readonly PolicyProblem[] {
  try {
    return validatePolicies(text, defaultSchema).errors.map((error) => ({
      ...error,
      code: 'policy/invalid',
    }));
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    return problemsIn(error);
  }
}

function problemsIn({ code, message, detail = {} }: KitenError): readonly PolicyProblem[] {
  const { problems } = detail as { problems?: readonly { message: string; place?: object }[] };
  if (problems === undefined) return [{ code, message, ...placeIn(detail) }];
  return problems.map((problem) => ({ code, message: problem.message, ...problem.place }));
}

function placeIn({ line, column }: Readonly<Record<string, unknown>>) {
  return typeof line === 'number' && typeof column === 'number' ? { line, column } : {};
}

/** Compiles a text that has no problems. */
export function compiledPolicies(text: string): CompiledPolicies {
  return compilePolicies(parsePolicies(text));
}

/** Compares two sets for all requests, looks for policies without effect, and holds the new one against the invariants. */
export function policyMeaning(
  before: CompiledPolicies,
  after: CompiledPolicies,
  invariants: string,
): PolicyMeaning {
  const schema = readSchemaModel(defaultSchema);
  const { regions, undecided } = diffPolicies(schema, before, after);
  const { remarks, undecided: remarksUndecided } = reviewPolicies(schema, after);
  const judged = new Invariants(invariants).judge(after, siteProver());
  return {
    changes: regions.map(({ environment, example, ...change }) => ({
      ...change,
      environment: showEnvironment(environment),
      example: exampleOf(example),
    })),
    undecided: undecided.map(({ environment, why }) => ({ environment: showEnvironment(environment), why })),
    remarks,
    remarksUndecided,
    invariants: judged.map(({ counterexample, ...one }) => ({
      ...one,
      ...(counterexample === undefined ? {} : { counterexample: exactJsonText(counterexample) }),
    })),
  };
}

function exampleOf({ request, entities }: Scenario): PolicyExample {
  const uid = ({ type, id }: { readonly type: string; readonly id: string }) =>
    `${type}::${JSON.stringify(id)}`;
  return {
    principal: uid(request.principal),
    action: uid(request.action),
    resource: uid(request.resource),
    context: showValue(request.context),
    json: exactJsonText({ request: requestToJson(request), entities: entitiesToJson(entities) }),
  };
}
