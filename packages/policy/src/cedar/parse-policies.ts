import { KitenError } from '@kiten/codec';
import type { PolicyJson, PolicySetJson } from '../json/policy-json.ts';
import { callEngine, type EngineProblem, problemsOf } from './engine.ts';
import { protectIntegers } from './exact-integers.ts';
import { type Statement, splitStatements } from './statements.ts';

/** A policy or template of a text, parsed, with its id. */
export interface ParsedPolicy {
  readonly id: string;
  readonly statement: Statement;
  readonly json: PolicyJson;
}

/**
 * What policies of a text are called. Cedar's engine calls each `policy` and its place in the text, from 0, and so do its
 * corpora. Its command line, and a site, take the annotation `@id` instead where there is one.
 */
export type PolicyIds = 'annotation' | 'cedar';

/**
 * Parses policies and templates from Cedar text into one set in Cedar's JSON form, integers exact.
 *
 * @throws {KitenError} `policy/parse-failed` with line and column, `policy/duplicate-id`, `policy/too-complex`
 */
export function parsePolicies(text: string, ids: PolicyIds = 'annotation'): PolicySetJson {
  const parsed = parseStatements(text, ids);
  const byId = (isTemplate: boolean) =>
    Object.fromEntries(
      parsed.filter((one) => one.statement.isTemplate === isTemplate).map(({ id, json }) => [id, json]),
    );
  return { staticPolicies: byId(false), templates: byId(true), templateLinks: [] };
}

/** As `parsePolicies`, in the order of the text. */
export function parseStatements(text: string, ids: PolicyIds = 'annotation'): readonly ParsedPolicy[] {
  const exact = protectIntegers(text);
  const statements = splitStatements(exact.text);
  const whole = callEngine(({ policySetTextToParts }) => policySetTextToParts(exact.text));
  if (whole.type === 'failure') throw parseFailed(problemsOf(whole.errors, exact.text));
  const parsed = statements.map((statement, index): ParsedPolicy => {
    const { source, isTemplate, start } = statement;
    const answer = callEngine(({ templateToJson, policyToJson }) =>
      isTemplate ? templateToJson(source) : policyToJson(source),
    );
    if (answer.type === 'failure') throw parseFailed(problemsOf(answer.errors, exact.text, start));
    const json = exact.restore(answer.json) as unknown as PolicyJson;
    const named = ids === 'annotation' ? json.annotations?.id : undefined;
    return { id: named ?? `policy${index}`, statement, json };
  });
  refuseDuplicates(parsed);
  return parsed;
}

function parseFailed(problems: readonly EngineProblem[]): KitenError {
  const lines = problems.map(({ message, place }) =>
    place === undefined ? message : `line ${place.line}, column ${place.column}: ${message}`,
  );
  const place = problems.find((problem) => problem.place !== undefined)?.place;
  return new KitenError('policy/parse-failed', `The policies could not be parsed: ${lines.join(' — ')}.`, {
    detail: { ...place, problems },
  });
}

function refuseDuplicates(parsed: readonly ParsedPolicy[]): void {
  const seen = new Set<string>();
  for (const { id } of parsed) {
    if (seen.has(id))
      throw new KitenError('policy/duplicate-id', `Two policies have the id "${id}".`, { detail: { id } });
    seen.add(id);
  }
}
