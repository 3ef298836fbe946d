import type { Literal } from '../formula/formula.ts';
import { truth } from '../formula/say-truth.ts';
import type { Universe } from '../formula/universe.ts';
import { isEntityKind, isNumberKind } from '../schema/type.ts';
import { rules } from '../search/lemma.ts';
import type { Names } from '../search/names.ts';
import { QuickChecks } from '../search/quick-checks.ts';
import type { Theory, TheoryAnswer } from '../search/solver.ts';
import { subterms } from '../terms/replace.ts';
import type { Term } from '../terms/term.ts';
import { chooseAddresses, reasonAboutAddresses } from './addresses.ts';
import { reasonAboutCoincidences } from './coincidences.ts';
import { replaceEquals } from './equalities.ts';
import { type Fact, factsOf, Reasoning } from './facts.ts';
import { reasonAboutHierarchy } from './hierarchy.ts';
import type { Model } from './model.ts';
import { chooseNumbers } from './numbers.ts';
import type { Patterns } from './patterns.ts';
import { reasonAboutSets } from './sets.ts';
import { chooseTexts } from './texts.ts';

/** What atoms mean: whether they can be as assigned, and with which values. */
export class AtomTheory implements Theory {
  readonly #universe: Universe;
  readonly #names: Names;
  readonly #patterns: Patterns;
  readonly #quick: QuickChecks;
  /** Of the latest check, if it found nothing against what was assigned. */
  model: Model | undefined;

  constructor(universe: Universe, names: Names, patterns: Patterns) {
    this.#universe = universe;
    this.#names = names;
    this.#patterns = patterns;
    this.#quick = new QuickChecks(universe, patterns);
  }

  assign(literal: Literal) {
    return this.#quick.assign(literal);
  }

  undo(literal: Literal): void {
    this.#quick.undo(literal);
  }

  check(trail: readonly Literal[], value: (literal: Literal) => number): TheoryAnswer {
    const reasoning = new Reasoning(this.#universe, this.#names, this.#patterns, value);
    const { lemmas } = reasoning;
    const all = factsOf(reasoning, trail);
    const { facts, equalities } = replaceEquals(reasoning, all);
    if (lemmas.length > 0) return { kind: 'lemmas', lemmas };
    reasonAboutHierarchy(reasoning, facts);
    reasonAboutSets(reasoning, facts);
    reasonAboutAddresses(reasoning, facts);
    const leaves = leavesOf(facts);
    for (const entity of leaves.entities) this.#enumerate(reasoning, entity);
    if (lemmas.length > 0) return { kind: 'lemmas', lemmas };
    const bool = leaves.bools.find((term) => value(truth(this.#universe, term)) === 0);
    if (bool !== undefined) return { kind: 'split', literal: truth(this.#universe, bool) };
    const texts = chooseTexts(reasoning, facts, leaves.texts);
    if (texts === undefined)
      return { kind: 'undecided', why: 'the patterns of `like` are too hard together' };
    if (lemmas.length > 0) return { kind: 'lemmas', lemmas };
    const numbers = chooseNumbers(reasoning, facts, leaves.numbers);
    if (numbers.kind === 'split') return numbers;
    if (numbers.kind === 'lemmas') return { kind: 'lemmas', lemmas };
    const split = reasonAboutCoincidences(reasoning, facts, numbers.values);
    if (split !== undefined) return { kind: 'split', literal: split };
    if (lemmas.length > 0) return { kind: 'lemmas', lemmas };
    const addresses = chooseAddresses(reasoning, facts, leaves.addresses);
    this.model = { facts, equalities, texts, numbers: numbers.values, addresses };
    return { kind: 'holds' };
  }

  /** An entity of an enumerated type is one of those there are. */
  #enumerate(reasoning: Reasoning, entity: Term): void {
    const type = entity.kind.slice(1);
    const ids = this.#universe.schema.entityTypes.get(type)?.enumerated;
    if (ids === undefined) return;
    const literals = ids.map((id) =>
      reasoning.state('equal', entity, this.#universe.terms.entity({ type, id })),
    );
    reasoning.add(rules.enumerated, literals, entity);
  }
}

/** The terms that values have to be chosen for. */
interface Leaves {
  readonly texts: Set<Term>;
  readonly numbers: Set<Term>;
  readonly addresses: Set<Term>;
  readonly entities: Set<Term>;
  /** Elements of sets. */
  readonly bools: Term[];
}

function leavesOf(facts: readonly Fact[]): Leaves {
  const leaves: Leaves = {
    texts: new Set(),
    numbers: new Set(),
    addresses: new Set(),
    entities: new Set(),
    bools: [],
  };
  for (const { atom } of facts) {
    for (const term of atom.terms) for (const part of subterms(term)) addLeaf(leaves, part);
    const element = atom.form === 'contains' ? atom.terms[1]! : undefined;
    if (element?.kind === 'Bool' && !element.constant) leaves.bools.push(element);
  }
  return leaves;
}

function addLeaf(leaves: Leaves, term: Term): void {
  if (term.constant || term.form === 'sum') return;
  if (term.kind === 'String') leaves.texts.add(term);
  else if (term.kind === 'ipaddr') leaves.addresses.add(term);
  else if (isNumberKind(term.kind)) leaves.numbers.add(term);
  else if (isEntityKind(term.kind)) leaves.entities.add(term);
}
