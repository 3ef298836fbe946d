import { encodeCbor } from '@kiten/codec';
import { sha256 } from '../support/keys.ts';
import { ruleSet, ruleText } from '../support/rules.ts';
import { encodeBundle } from '../support/world.ts';
import { bytes, type Cases, goalWith, leavesWith, said, usual } from './case.ts';

/** What is wrong with the layout of a bundle. */
export const bundleCases: Cases = {
  'bundle-too-large': {
    'more than 65,536 bytes': { bundle: new Uint8Array(65_537) },
  },
  'bundle-malformed': {
    'no bytes': { bundle: new Uint8Array(0) },
    'not CBOR': { bundle: Uint8Array.of(0xff) },
    'bytes behind it': { bundle: Uint8Array.of(...encodeBundle(usual.parts), 0) },
    'an integer in a longer form': { bundle: longerInteger(encodeBundle(usual.parts)) },
    'another format': { change: () => ({ format: 'kiten-verdicts' }) },
    'no version': { change: () => ({ version: '1' }) },
    'a version that is a float': { bundle: encodeCbor(['kiten-verdict', 1.5]) },
    'seven members': { bundle: encodeCbor(['kiten-verdict', 1, [], '', [], [], []]) },
    'a digest of 31 bytes': { change: () => ({ rules: [bytes(31), ruleText] }) },
    'rules that are an array': { change: () => ({ rules: [sha256(ruleText), ruleSet] }) },
    'rules that are undefined': { change: () => ({ rules: [sha256(ruleText), undefined] }) },
    'a checkpoint in bytes': { change: () => ({ checkpoint: bytes(3) }) },
    'no keys': { change: () => ({ keys: [] }) },
    '65 keys': { change: () => ({ keys: Array.from({ length: 65 }, (_, index) => Uint8Array.of(index)) }) },
    'two equal keys': { change: ({ parts }) => ({ keys: [...parts.keys, parts.keys[0]] }) },
    'no leaves': { change: () => ({ leaves: [] }) },
    '257 leaves': { change: () => ({ leaves: Array.from({ length: 257 }, () => usual.parts.leaves[0]) }) },
    'a fifth kind of leaf': { change: leavesWith('root operator', ([, ...rest]) => [4, ...rest]) },
    'a kind that is the float −0': { change: leavesWith('root operator', ([, ...rest]) => [-0, ...rest]) },
    'a leaf with a member too much': { change: leavesWith('root operator', (leaf) => [...leaf, 0]) },
    'a key id of 31 bytes': { change: leavesWith('root operator', () => [0, bytes(31), 'operator']) },
    'a role in bytes': { change: leavesWith('root operator', ([kind, id]) => [kind, id, bytes(3)]) },
    'a negative index': { change: leavesWith('chip', ([kind, , ...rest]) => [kind, -1, ...rest]) },
    'an index that is the float −0': {
      change: leavesWith('chip', ([kind, , ...rest]) => [kind, -0, ...rest]),
    },
    'a path of 33 bytes': { change: leavesWith('chip', (leaf) => leaf.with(2, bytes(33))) },
    'a path of 64 hashes': { change: leavesWith('chip', (leaf) => leaf.with(2, bytes(64 * 32))) },
    'a statement that is not in bytes': { change: leavesWith('chip', (leaf) => leaf.with(3, 'statement')) },
    'a mark of another kind': { change: leavesWith('absent key operator', (leaf) => leaf.with(1, 'keys')) },
    'a mark of a key in a text': { change: leavesWith('absent key operator', (leaf) => leaf.with(2, 'key')) },
    'a mark of a subject in bytes': {
      change: leavesWith('absent subject device', (leaf) => leaf.with(2, bytes(32))),
    },
    'a subject of 257 bytes': {
      change: leavesWith('absent subject device', (leaf) => leaf.with(2, 'é'.repeat(129))),
    },
    'a neighbour that is undefined': {
      change: leavesWith('absent key operator', (leaf) => leaf.with(3, undefined)),
    },
    'a neighbour with a member too much': {
      change: leavesWith('absent key operator', (leaf) => leaf.with(3, [0, bytes(3), bytes(0), 0])),
    },
    'a neighbour of 267 bytes': {
      change: leavesWith('absent key operator', (leaf) => leaf.with(4, [0, bytes(267), bytes(0)])),
    },
    'no steps': { change: () => ({ steps: [] }) },
    '1025 steps': { change: () => ({ steps: Array.from({ length: 1025 }, () => [0]) }) },
    'a step without a rule': { change: ({ parts }) => ({ steps: parts.steps.with(0, []) }) },
    'a step with a text': { change: ({ parts }) => ({ steps: parts.steps.with(0, [0, 'a']) }) },
    'a goal without a predicate': { change: () => ({ goal: [] }) },
    'a goal whose predicate is an integer': { change: () => ({ goal: [1] }) },
    'a goal with 25 terms': { change: () => ({ goal: Array.from({ length: 25 }, () => 'verdict') }) },
    'a term of 65 bytes': { change: goalWith(3, bytes(65)) },
    'a term that is a float': { change: goalWith(2, 7.5) },
    'a term beyond 2^53 − 1': { change: goalWith(2, 2n ** 53n) },
    'a term that is null': { change: goalWith(2, null) },
    'more than 2048 nodes': {
      options: said('chip', {
        atoms: [['chip', 'device:pump-1', 'C-4711'], ...Array.from({ length: 127 }, () => ['x'] as const)],
      }),
      change: ({ parts, leafOf }) => ({
        leaves: Array.from({ length: 9 }, () => parts.leaves[leafOf('chip')]),
        steps: Array.from({ length: 1024 }, () => [0]),
      }),
      leaf: 8,
    },
  },
  'bundle-version': {
    'version 2, whatever else there is': { bundle: encodeCbor(['kiten-verdict', 2]) },
    'version 0': { change: () => ({ version: 0 }) },
  },
};

function longerInteger(bundle: Uint8Array): Uint8Array {
  // The version stands behind the head of the array, the head of the text and its 13 letters.
  return Uint8Array.of(...bundle.subarray(0, 15), 0x18, 1, ...bundle.subarray(16));
}
