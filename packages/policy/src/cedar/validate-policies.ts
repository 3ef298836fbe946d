import type { ValidationError } from '@cedar-policy/cedar-wasm/nodejs';
import { refuseComplexity } from './complexity.ts';
import { callEngine, problemsOf } from './engine.ts';
import { type PolicyIds, parseStatements } from './parse-policies.ts';
import { type Place, placeOf } from './place.ts';
import { schemaInvalid } from './schema-invalid.ts';
import { splitStatements } from './statements.ts';
import { tokenize } from './tokens.ts';

/** What the validator says about one policy, or about the schema or the set as a whole. */
export interface PolicyFinding extends Partial<Place> {
  readonly policy?: string;
  readonly message: string;
}

export interface ValidationReport {
  /** Each means that some policy does not fit the schema. */
  readonly errors: readonly PolicyFinding[];
  readonly warnings: readonly PolicyFinding[];
}

/**
 * Validates policies against a schema, both as Cedar text, in Cedar's strict mode.
 * @throws {KitenError} as `parsePolicies`, and `policy/schema-invalid` if the schema itself is not valid.
 */
export function validatePolicies(
  text: string,
  schema: string,
  ids: PolicyIds = 'annotation',
): ValidationReport {
  refuseComplexity(schema, tokenize(schema));
  const parsed = parseStatements(text, ids);
  // The text itself, not the one with stand-ins for big integers.
  const sources = splitStatements(text);
  const places = new Map(parsed.map(({ id }, index) => [id, sources[index]!.start]));
  const texts = (isTemplate: boolean) =>
    Object.fromEntries(
      parsed.flatMap(({ id }, index) =>
        sources[index]!.isTemplate === isTemplate ? [[id, sources[index]!.source]] : [],
      ),
    );
  const policies = { staticPolicies: texts(false), templates: texts(true) };
  const answer = callEngine(({ validate }) => validate({ schema, policies }));
  if (answer.type === 'failure') throw schemaInvalid(answer.errors, schema);
  const finding = ({ policyId, error }: ValidationError): PolicyFinding => {
    const start = places.get(policyId);
    const [problem] = problemsOf([error], text, start);
    const place = problem?.place ?? (start === undefined ? undefined : placeOf(text, start));
    return { policy: policyId, message: problem?.message ?? error.message, ...place };
  };
  return {
    errors: answer.validationErrors.map(finding),
    warnings: [
      ...answer.validationWarnings.map(finding),
      ...answer.otherWarnings.map((warning) => ({ message: warning.message })),
    ],
  };
}
