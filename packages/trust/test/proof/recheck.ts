import { decodeCbor, decodeSign1 } from '@kiten/codec';
import { expect } from 'vitest';
import type { Atom, Derivation, Rule, RuleSet } from '../../src/index.ts';
import { sha256 } from '../keys.ts';
import { conclusion, keyOf } from './by-hand.ts';

/** Fails the test unless each step of a derivation holds, it ends in its goal, and nothing in it is idle. */
export function recheck({ leaves, steps, goal }: Derivation, ruleSet: RuleSet): void {
  const nodes: Atom[] = [];
  const owners: number[] = [];
  for (const [index, leaf] of leaves.entries()) {
    for (const atom of atomsOf(leaf)) {
      nodes.push(atom);
      owners.push(index);
    }
  }
  const used = new Set<string>();
  for (const [number, [rule, ...premises]] of steps.entries()) {
    for (const node of premises) {
      expect(node).toBeLessThan(nodes.length);
      used.add(node < owners.length ? `leaf ${owners[node]}` : `step ${node - owners.length}`);
    }
    nodes.push(
      conclusion(
        ruleSet.rules[rule] as Rule,
        premises.map((node) => nodes[node] as Atom),
      ),
    );
    if (number === steps.length - 1) used.add(`step ${number}`);
  }
  expect(used.size).toBe(leaves.length + steps.length);
  expect(new Set(leaves.map((leaf) => keyOf(atomsOf(leaf)))).size).toBe(leaves.length);
  expect(nodes.at(-1)).toEqual(goal);
}

function atomsOf(leaf: Derivation['leaves'][number]): readonly Atom[] {
  switch (leaf.kind) {
    case 'root':
      return [['root', leaf.keyId, leaf.role]];
    case 'statement': {
      const { payload, protectedHeader } = decodeSign1(leaf.statement);
      const facts = decodeCbor(payload as Uint8Array) as unknown as Atom[];
      const key = protectedHeader.get(4) as Uint8Array;
      return facts.map((fact) => ['says', key, sha256(leaf.statement), ...fact]);
    }
    case 'absence':
      return [['absent', leaf.mark.kind, leaf.mark.value]];
    case 'presence':
      return [['present', leaf.mark.kind, leaf.mark.value]];
  }
}
