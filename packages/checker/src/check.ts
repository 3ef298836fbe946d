import { KitenError, toHex } from '@kiten/codec';
import { type Bundle, type Leaf, readBundle } from './bundle.ts';
import { type Checkpoint, checkCheckpoint, requireOwnIds } from './checkpoint.ts';
import { believedRules, derive, requireGoal } from './derivation.ts';
import { type Basis, type CheckOptions, once } from './proving.ts';
import { type CheckedStatement, type CheckReport, type Held, need, type Premise, Refusal } from './report.ts';
import { type Atom, natural } from './shape.ts';
import { checkStatement } from './statement.ts';
import { requireMark } from './tree.ts';
import type { Trust } from './trust-file.ts';
import { readVerdict } from './verdict.ts';

/**
 * Checks a verdict bundle (docs/verdict-bundle.md) against what somebody believes. Whatever the bytes, it reports.
 * @throws KitenError `checker/now-invalid` or `checker/trust-key-id`, and what `cryptography.sha256` throws
 */
export async function checkVerdict(
  bundle: Uint8Array,
  trust: Trust,
  options: CheckOptions,
): Promise<CheckReport> {
  if (!natural(options.now))
    throw new KitenError('checker/now-invalid', 'The time is in whole milliseconds since 1970.');
  const basis: Basis = { ...options, trust, place: {} };
  await requireOwnIds(basis);
  try {
    return await check(bundle, basis);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { holds: false, reason: error.reason, ...basis.place, message: error.message };
  }
}

/** The steps of the specification, in its order. */
async function check(bytes: Uint8Array, basis: Basis): Promise<Held> {
  const bundle = readBundle(bytes);
  const [name, version, rules] = await believedRules(bundle, basis);
  const checkpoint = await checkCheckpoint(bundle, basis);
  const leaves = await checkLeaves(bundle, checkpoint, basis);
  const derivation = derive(bundle, rules, leaves, basis);
  requireGoal(bundle, leaves, derivation, basis);
  const verdict = readVerdict(bundle, basis);
  const { roots, statements } = leaves;
  const stale = checkpoint.time + basis.trust.maximumAge;
  const holdsUntil = Math.min(verdict.until, stale, ...statements.map(({ expiresAt }) => expiresAt));
  const ruleSet = { name, version, digest: bundle.digest };
  return { holds: true, verdict, holdsUntil, rules: ruleSet, checkpoint, roots, statements, derivation };
}

/** What the leaves of a bundle yield, and its keys by their id in hexadecimal. */
export type CheckedLeaves = Awaited<ReturnType<typeof checkLeaves>>;

/** Checks the leaves in order. */
async function checkLeaves(bundle: Bundle, checkpoint: Checkpoint, basis: Basis) {
  const [nodes, roots, statements]: [Premise[], Held['roots'], CheckedStatement[]] = [[], [], []];
  const { marks } = checkpoint;
  const idOf = async (key: Uint8Array) => toHex(await basis.cryptography.sha256(key));
  const keys = new Map<string, Uint8Array>();
  for (const key of bundle.keys) keys.set(await idOf(key), key);
  const trusted = new Map<string, Omit<Held['roots'][number], 'leaf' | 'keyId'>>();
  for (const { role, name, key, log } of basis.trust.roots)
    if (log === checkpoint.origin) trusted.set(role + (await idOf(key)), { role, name });
  const atomsOf = async (item: Leaf, leaf: number): Promise<readonly Atom[]> => {
    if (item[0] === 0) {
      const [, keyId, role] = item;
      const root = trusted.get(role + toHex(keyId));
      need(root, 'root-unknown', 'The trust file names no such key in this role and log.');
      roots.push({ leaf, keyId, ...root });
      return [['root', keyId, role]];
    }
    if (item[0] === 1) {
      const statement = await checkStatement(item, keys, checkpoint, basis);
      statements.push({ leaf, ...statement });
      return statement.atoms.map((atom) => ['says', statement.keyId, statement.hash, ...atom]);
    }
    await once(['marks', marks.size, marks.root, item], basis, () => requireMark(item, marks, basis));
    return [[item[0] === 2 ? 'absent' : 'present', item[1], item[2]]];
  };
  for (const [leaf, item] of bundle.leaves.entries()) {
    basis.place = { leaf };
    for (const atom of await atomsOf(item, leaf)) nodes.push({ leaf, atom });
    need(nodes.length + bundle.steps.length <= 2048, 'bundle-malformed', 'There are more than 2048 nodes.');
  }
  return { keys, nodes, roots, statements };
}
