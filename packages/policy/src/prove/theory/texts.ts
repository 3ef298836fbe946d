import { like } from '../formula/say-texts.ts';
import { rules } from '../search/lemma.ts';
import type { Term } from '../terms/term.ts';
import type { Fact, Reasoning } from './facts.ts';

/** As many texts that a term can have are tried to be told apart before they are left to coincide. */
const mostNamed = 6;

/**
 * Texts for the terms that patterns speak of, and for others; different ones. Where that can't be, lemmas are added.
 * @returns undefined if a pattern was too hard
 */
export function chooseTexts(
  reasoning: Reasoning,
  facts: readonly Fact[],
  texts: Iterable<Term>,
): ReadonlyMap<Term, string> | undefined {
  const byText = new Map<Term, Fact[]>();
  for (const fact of facts) {
    if (fact.atom.form !== 'like') continue;
    const [text] = fact.atom.terms as readonly [Term];
    byText.set(text, [...(byText.get(text) ?? []), fact]);
  }
  const chosen = new Map<Term, string>();
  const taken = new Set<string>();
  // Those with the most said about them first: they have the least choice.
  const ordered = [...texts].sort((a, b) => (byText.get(b)?.length ?? 0) - (byText.get(a)?.length ?? 0));
  for (const text of ordered) {
    const found = chooseText(reasoning, text, byText.get(text) ?? [], taken);
    if (found === undefined) return undefined;
    taken.add(found);
    chosen.set(text, found);
  }
  return chosen;
}

function chooseText(
  reasoning: Reasoning,
  term: Term,
  facts: readonly Fact[],
  taken: ReadonlySet<string>,
): string | undefined {
  const { patterns, universe } = reasoning;
  const all = facts.filter(({ holds }) => holds).map(({ atom }) => atom.pattern);
  const no = facts.filter(({ holds }) => !holds).map(({ atom }) => atom.pattern);
  const avoided: string[] = [];
  for (;;) {
    const found = patterns.find(all, [...no, ...avoided.map((text) => [text])]);
    if (found === 'too-many') return undefined;
    if (found === 'none') break;
    if (!taken.has(found.text)) return found.text;
    avoided.push(found.text);
    if (avoided.length > mostNamed) return found.text;
  }
  // Nothing satisfies the facts, or only texts that are taken: then it is one of those.
  const clause = [
    ...smallest(reasoning, facts, avoided).map(({ literal }) => -literal),
    ...avoided.map((text) => like(universe, term, [text])),
  ];
  reasoning.add(rules.texts, clause);
  return avoided[0] ?? '';
}

/** As few of the facts as are enough for there to be no text but the ones given. */
function smallest({ patterns }: Reasoning, facts: readonly Fact[], but: readonly string[]): readonly Fact[] {
  let kept = facts;
  for (const fact of facts) {
    const fewer = kept.filter((other) => other !== fact);
    const all = fewer.filter(({ holds }) => holds).map(({ atom }) => atom.pattern);
    const no = fewer.filter(({ holds }) => !holds).map(({ atom }) => atom.pattern);
    if (patterns.find(all, [...no, ...but.map((text) => [text])]) === 'none') kept = fewer;
  }
  return kept;
}
