import { EvaluationFailure } from '../../evaluate/failure.ts';
import { formatIpAddress } from '../../extensions/ip-address.ts';
import { readValue } from '../../json/value.ts';
import type { Value } from '../../values/value.ts';
import { TRUE } from '../formula/formula.ts';
import type { Term } from '../terms/term.ts';
import type { TermTable } from '../terms/term-table.ts';
import { always, compute, failing } from './meaning.ts';
import type { Translate } from './translator.ts';

/** A value as a constant term. */
export function constantOf(terms: TermTable, value: Value): Term {
  switch (typeof value) {
    case 'boolean':
      return terms.bool(value);
    case 'bigint':
      return terms.number('Long', value);
    case 'string':
      return terms.string(value);
  }
  switch (value.kind) {
    case 'entity':
      return terms.entity(value);
    case 'set':
      return terms.set(value.elements.map((element) => constantOf(terms, element)));
    case 'record':
      return terms.record(
        new Map(Array.from(value.fields, ([name, part]) => [name, constantOf(terms, part)])),
      );
    case 'ipaddr':
      return terms.ip(formatIpAddress(value));
    case 'decimal':
      return terms.number('decimal', value.units);
    case 'datetime':
    case 'duration':
      return terms.number(value.kind, value.milliseconds);
  }
}

const literal: Translate = (body, { universe }) => {
  try {
    return always(constantOf(universe.terms, readValue(body)));
  } catch (error) {
    if (error instanceof EvaluationFailure) return failing;
    throw error;
  }
};

const variable: Translate = (name: 'principal' | 'action' | 'resource' | 'context', { universe }) =>
  always(universe.terms[name]);

const set: Translate = (body: readonly unknown[], { universe, translate }) =>
  compute(universe, body.map(translate), (...elements) => ({
    condition: TRUE,
    term: universe.terms.set(elements),
  }));

const record: Translate = (body: Readonly<Record<string, unknown>>, { universe, translate }) => {
  const names = Object.keys(body);
  return compute(universe, Object.values(body).map(translate), (...parts) => ({
    condition: TRUE,
    term: universe.terms.record(new Map(names.map((name, index) => [name, parts[index]!]))),
  }));
};

export const values: Readonly<Record<string, Translate>> = {
  Value: literal,
  Var: variable,
  Set: set,
  Record: record,
};
