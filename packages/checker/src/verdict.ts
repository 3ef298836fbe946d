import type { Bundle } from './bundle.ts';
import { type Basis, clockSkew } from './proving.ts';
import { need } from './report.ts';
import { bytesOf, either, hash, integer, one, text, tuple } from './shape.ts';
import { type ClaimName, claimNames, tiers } from './vector.ts';

const holder = either(hash, bytesOf(0));
const judgement = [one('admitted', 'quarantined', 'revoked'), one(...tiers), bytesOf(8), one(0, 1)] as const;
const verdictShape = tuple(one('verdict'), text, integer, holder, ...judgement, text, integer, integer);

/** What a bundle proves, as docs/verdict-bundle.md has it under "Checking"; the vector by the names of its claims. */
export type ProvenVerdict = Readonly<ReturnType<typeof readVerdict>>;

/** Reads a goal as a verdict, which holds now. */
export function readVerdict({ goal }: Bundle, { now }: Basis) {
  need(verdictShape(goal), 'goal-unknown', 'The goal is no verdict.');
  const [, subject, epoch, holder, standing, status, bytes, overdue, profile, at, until] = goal;
  need(now < until, 'verdict-lapsed', 'The verdict has lapsed.');
  need(at <= now + clockSkew, 'verdict-from-the-future', 'The verdict is from the future.');
  const values = claimNames.map((name, claim) => [name, new Int8Array(bytes)[claim]]);
  const vector = Object.fromEntries(values) as Record<ClaimName, number>;
  return { subject, epoch, holder, standing, status, vector, overdue: overdue === 1, profile, at, until };
}
