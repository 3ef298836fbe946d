import { formatIpAddress, isInRange, parseIpAddress } from '../../extensions/ip-address.ts';
import type { IpAddressValue } from '../../values/extension-value.ts';
import type { Literal } from '../formula/formula.ts';
import { inRange } from '../formula/say-ranges.ts';
import { rules } from '../search/lemma.ts';
import type { Term } from '../terms/term.ts';
import type { Fact, Reasoning } from './facts.ts';

const families = ['0.0.0.0/0', '::/0'] as const;

/** What ranges say about each other: one is within another, or they have nothing in common. */
export function reasonAboutAddresses(reasoning: Reasoning, facts: readonly Fact[]): void {
  const { terms } = reasoning.universe;
  for (const [address, about] of byAddress(facts)) {
    const say = (one: string, other: string, ...clause: readonly Literal[]) =>
      reasoning.add(rules.ranges, clause, address, terms.ip(one), terms.ip(other));
    const within = about.filter(({ holds }) => holds);
    for (const [index, { atom, literal }] of within.entries()) {
      const range = rangeOf(atom.text);
      for (const other of within.slice(0, index))
        if (!meet(range, rangeOf(other.atom.text))) say(atom.text, other.atom.text, -literal, -other.literal);
      for (const other of about)
        if (!other.holds && isInRange(range, rangeOf(other.atom.text)))
          say(atom.text, other.atom.text, -literal, -other.literal);
      if (range.prefix === range.bits) {
        say(atom.text, atom.text, -literal, reasoning.state('equal', address, terms.ip(atom.text)));
      }
    }
    const [four, six] = families.map((family) => inRange(reasoning.universe, address, family));
    if (reasoning.value(four!) < 0 && reasoning.value(six!) < 0) say(...families, four!, six!);
  }
}

/** Addresses for all terms that ranges speak of, and for others; different ones where possible. */
export function chooseAddresses(
  reasoning: Reasoning,
  facts: readonly Fact[],
  addresses: Iterable<Term>,
): ReadonlyMap<Term, IpAddressValue> {
  const about = byAddress(facts);
  const chosen = new Map<Term, IpAddressValue>();
  const taken = new Set<string>();
  for (const address of addresses) {
    const value = chooseAddress(reasoning, address, about.get(address) ?? [], taken);
    taken.add(formatIpAddress(value));
    chosen.set(address, value);
  }
  return chosen;
}

function chooseAddress(
  { universe, value }: Reasoning,
  address: Term,
  facts: readonly Fact[],
  taken: ReadonlySet<string>,
): IpAddressValue {
  const ranges = facts.filter(({ holds }) => holds).map(({ atom }) => rangeOf(atom.text));
  const excluded = facts.filter(({ holds }) => !holds).map(({ atom }) => rangeOf(atom.text));
  const family = value(inRange(universe, address, families[0])) < 0 ? families[1] : families[0];
  // Those that hold lie within each other, else they would have been found to contradict.
  const [narrowest = rangeOf(family)] = ranges.sort((left, right) => right.prefix - left.prefix);
  const suits = (candidate: IpAddressValue) =>
    !taken.has(formatIpAddress(candidate)) &&
    !excluded.some((range) => isInRange(candidate, range)) &&
    !isExcluded(candidate);
  const isExcluded = (candidate: IpAddressValue) => {
    const constant = universe.terms.ip(formatIpAddress(candidate));
    const [first, second] = address.id < constant.id ? [address, constant] : [constant, address];
    return value(universe.atoms.get('equal', [first, second])) < 0;
  };
  // Single addresses first, then the range as a whole, which is in nothing narrower.
  for (const prefix of [narrowest.bits, narrowest.prefix]) {
    for (
      let offset = 0n;
      offset < 256n && offset < 1n << BigInt(narrowest.bits - narrowest.prefix);
      offset++
    ) {
      const candidate = { ...narrowest, prefix, address: narrowest.address + offset };
      if (suits(candidate)) return candidate;
    }
  }
  return narrowest;
}

function byAddress(facts: readonly Fact[]): ReadonlyMap<Term, readonly Fact[]> {
  const found = new Map<Term, Fact[]>();
  for (const fact of facts) {
    if (fact.atom.form !== 'inRange') continue;
    const [address] = fact.atom.terms as readonly [Term];
    found.set(address, [...(found.get(address) ?? []), fact]);
  }
  return found;
}

function rangeOf(text: string): IpAddressValue {
  const range = parseIpAddress(text)!;
  const rest = BigInt(range.bits - range.prefix);
  return { ...range, address: (range.address >> rest) << rest };
}

function meet(left: IpAddressValue, right: IpAddressValue): boolean {
  return isInRange(left, right) || isInRange(right, left);
}
