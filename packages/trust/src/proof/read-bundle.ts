import { KitenError } from '@kiten/codec';
import {
  type Bundle,
  type BundleLeaf,
  bundleFormat,
  bundleLimits,
  type InclusionProof,
  leafKinds,
  type Neighbour,
  type Step,
} from './bundle.ts';
import { type Mark, maximumMarkBytes, readMark } from './mark.ts';
import { isRole } from './role.ts';
import { ruleLimits } from './rule.ts';
import { maximumSignedFactsBytes } from './signed-facts.ts';
import { isAtom } from './term.ts';

/**
 * A decoded array of eight as a bundle, if it has the layout of docs/verdict-bundle.md.
 *
 * @throws KitenError `trust/bundle-malformed`, `trust/bundle-version`
 */
export function readBundle(value: unknown): Bundle {
  must(isList(value, 2, 8) && value[0] === bundleFormat.name, 'A bundle begins with the name of its format.');
  const [, version, rules, checkpoint, keys, leaves, steps, goal] = value;
  if (version !== bundleFormat.version) {
    throw new KitenError('trust/bundle-version', `A verdict bundle has the version ${bundleFormat.version}.`);
  }
  must(value.length === 8, 'A bundle is an array of eight.');
  must(isList(rules, 2, 2), 'The rules of a bundle are their digest and their text.');
  const [digest, text] = rules;
  must(isDigest(digest), 'The digest of the rules is 32 bytes.');
  must(text === null || text instanceof Uint8Array, 'The text of the rules is bytes, or null.');
  must(typeof checkpoint === 'string', 'The checkpoint of a bundle is a text.');
  must(isList(keys, 1, bundleLimits.keys) && keys.every(isKey), 'A bundle has 1 to 64 keys, each in DER.');
  must(isList(leaves, 1, bundleLimits.leaves), 'A bundle has 1 to 256 leaves.');
  must(isList(steps, 1, bundleLimits.steps), 'A bundle has 1 to 1024 steps.');
  must(isAtom(goal), 'The goal of a bundle is an atom.');
  return {
    rules: text === null ? { digest } : { digest, text },
    ...{ checkpoint, keys },
    leaves: leaves.map(readLeaf),
    steps: steps.map(readStep),
    goal,
  };
}

type Place = Readonly<Record<string, number>>;

function readLeaf(value: unknown, leaf: number): BundleLeaf {
  must(isList(value, 1, 5), 'A leaf is an array that starts with its kind.', { leaf });
  const [kind, ...parts] = value;
  switch (kind) {
    case leafKinds.root: {
      const [keyId, role, ...more] = parts;
      must(isDigest(keyId) && isRole(role) && more.length === 0, 'A root leaf is a key id and a role.', {
        leaf,
      });
      return { kind: 'root', keyId, role };
    }
    case leafKinds.statement: {
      const [index, path, statement, ...more] = parts;
      must(
        isBytes(statement, 1, maximumSignedFactsBytes) && more.length === 0,
        'A statement leaf is an index, a path and a statement of at most 4096 bytes.',
        { leaf },
      );
      return { kind: 'statement', ...readProof(index, path, leaf), statement };
    }
    case leafKinds.absence: {
      must(parts.length === 4, 'An absence leaf is a mark and two neighbours.', { leaf });
      const mark = readLeafMark(parts, leaf);
      return {
        kind: 'absence',
        mark,
        left: readNeighbour(parts[2], leaf),
        right: readNeighbour(parts[3], leaf),
      };
    }
    case leafKinds.presence: {
      must(parts.length === 4, 'A presence leaf is a mark, an index and a path.', { leaf });
      return { kind: 'presence', mark: readLeafMark(parts, leaf), ...readProof(parts[2], parts[3], leaf) };
    }
    default:
      throw new KitenError('trust/bundle-malformed', 'There is no leaf of this kind.', { detail: { leaf } });
  }
}

function readLeafMark([kind, value]: readonly unknown[], leaf: number): Mark {
  const mark = readMark(kind, value);
  must(mark !== undefined, 'A mark is about a subject, a key or a statement.', { leaf });
  return mark;
}

function readNeighbour(value: unknown, leaf: number): Neighbour | null {
  if (value === null) return null;
  must(isList(value, 3, 3), 'A neighbour is null, or an index, a mark and a path.', { leaf });
  const [index, mark, path] = value;
  must(isBytes(mark, 1, maximumMarkBytes), `The mark of a neighbour has 1 to ${maximumMarkBytes} bytes.`, {
    leaf,
  });
  return { ...readProof(index, path, leaf), mark };
}

function readProof(index: unknown, path: unknown, leaf: number): InclusionProof {
  must(isIndex(index), 'The index in a leaf is an integer that is not negative.', { leaf });
  must(
    isBytes(path, 0, bundleLimits.path * 32) && path.length % 32 === 0,
    'A path is 0 to 63 hashes of 32 bytes.',
    { leaf },
  );
  const hashes = Array.from({ length: path.length / 32 }, (_, at) => path.slice(at * 32, at * 32 + 32));
  return { index, path: hashes };
}

function readStep(value: unknown, step: number): Step {
  must(
    isList(value, 1, 1 + ruleLimits.body) && value.every(isIndex),
    'A step is the number of a rule and up to 16 nodes.',
    { step },
  );
  return value as unknown as Step;
}

function isList(value: unknown, least: number, most: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length >= least && value.length <= most;
}

function isBytes(value: unknown, least: number, most: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length >= least && value.length <= most;
}

function isDigest(value: unknown): value is Uint8Array {
  return isBytes(value, 32, 32);
}

function isKey(value: unknown): value is Uint8Array {
  return isBytes(value, 1, bundleLimits.bytes);
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

function must(holds: boolean, sentence: string, place: Place = {}): asserts holds {
  if (!holds) throw new KitenError('trust/bundle-malformed', sentence, { detail: place });
}
