import type { Formula } from '../formula/formula.ts';
import { casesOf, joinCases, type Meaning, type Truth, truthOf } from './meaning.ts';
import type { Translate, Translator } from './translator.ts';

/** Whether an expression can't fail. */
function isExact(...truths: readonly Truth[]): boolean {
  return truths.every(({ yes, no }) => no === -yes);
}

export function both(formula: Formula, left: Truth, right: Truth): Truth {
  const yes = formula.and(left.yes, right.yes);
  const no = isExact(left, right) ? -yes : formula.or(left.no, formula.and(left.yes, right.no));
  return { yes, no };
}

function either(formula: Formula, left: Truth, right: Truth): Truth {
  const opposite = both(formula, { yes: left.no, no: left.yes }, { yes: right.no, no: right.yes });
  return { yes: opposite.no, no: opposite.yes };
}

/** `a && b && c` nests to the left, as deeply as the chain is long. */
function chain(
  name: '&&' | '||',
  join: typeof both,
): (body: { left: unknown; right: unknown }, translator: Translator) => Meaning {
  return (body, { universe, translate }) => {
    const operands: unknown[] = [];
    let rest: unknown = { [name]: body };
    while (typeof rest === 'object' && rest !== null && Object.keys(rest)[0] === name) {
      const { left, right } = (rest as Record<string, { left: unknown; right: unknown }>)[name]!;
      operands.push(right);
      rest = left;
    }
    const truth = (json: unknown) => truthOf(universe, translate(json));
    return operands.reduceRight<Truth>(
      (left, operand) => join(universe.formula, left, truth(operand)),
      truth(rest),
    );
  };
}

const not: Translate = ({ arg }, { universe, translate }) => {
  const { yes, no } = truthOf(universe, translate(arg));
  return { yes: no, no: yes };
};

const choose: Translate = (body, { universe, translate }) => {
  const { formula } = universe;
  const condition = truthOf(universe, translate(body.if));
  const [then, otherwise] = [translate(body.then), translate(body.else)];
  if ('yes' in then && 'yes' in otherwise) {
    const yes = formula.or(formula.and(condition.yes, then.yes), formula.and(condition.no, otherwise.yes));
    const no = formula.or(formula.and(condition.yes, then.no), formula.and(condition.no, otherwise.no));
    return { yes, no };
  }
  const under = (guard: number, meaning: Meaning) =>
    casesOf(universe, meaning).map((each) => ({ ...each, condition: formula.and(guard, each.condition) }));
  return { cases: joinCases(formula, [...under(condition.yes, then), ...under(condition.no, otherwise)]) };
};

export const logic: Readonly<Record<string, Translate>> = {
  '&&': chain('&&', both),
  '||': chain('||', either),
  '!': not,
  'if-then-else': choose,
};
