import { isEntityKind } from '../schema/type.ts';
import { rules } from '../search/lemma.ts';
import type { Term } from '../terms/term.ts';
import type { Fact, Reasoning } from './facts.ts';

/** `in` is transitive, has no cycles, and what is in anything else is in the store; so is what has anything. */
export function reasonAboutHierarchy(reasoning: Reasoning, facts: readonly Fact[]): void {
  for (const { atom, holds, literal } of facts) {
    const [owner] = atom.terms as readonly [Term];
    if (holds && (atom.form === 'has' || atom.form === 'hasTag') && isEntityKind(owner.kind))
      reasoning.add(rules.presence, [-literal, reasoning.state('known', owner)]);
  }
  const inside = facts.filter(({ atom, holds }) => holds && atom.form === 'in');
  const byMember = new Map<Term, Fact[]>();
  for (const fact of inside) {
    const [member] = fact.atom.terms as readonly [Term, Term];
    byMember.set(member, [...(byMember.get(member) ?? []), fact]);
  }
  for (const fact of inside) {
    const [entity, group] = fact.atom.terms as readonly [Term, Term];
    const same = reasoning.state('equal', entity, group);
    reasoning.add(rules.stranger, [reasoning.state('known', entity), same, -fact.literal], entity, group);
    for (const above of byMember.get(group) ?? []) {
      const [, top] = above.atom.terms as readonly [Term, Term];
      if (top === entity) {
        reasoning.add(rules.cycle, [-fact.literal, -above.literal, same], entity, group);
      } else {
        const whole = reasoning.state('in', entity, top);
        reasoning.add(rules.above, [-fact.literal, -above.literal, whole], entity, group, top);
      }
    }
  }
}
