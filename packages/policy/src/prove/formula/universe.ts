import type { RequestEnvironment, SchemaModel } from '../schema/schema-model.ts';
import { TermTable } from '../terms/term-table.ts';
import { AtomTable } from './atom-table.ts';
import { Formula } from './formula.ts';

/** All that is said about the requests of one environment. It only grows: what was once said stays. */
export interface Universe {
  readonly schema: SchemaModel;
  readonly environment: RequestEnvironment;
  readonly terms: TermTable;
  readonly formula: Formula;
  readonly atoms: AtomTable;
}

export function createUniverse(schema: SchemaModel, environment: RequestEnvironment): Universe {
  const formula = new Formula();
  return {
    schema,
    environment,
    terms: new TermTable(schema, environment),
    formula,
    atoms: new AtomTable(formula),
  };
}
