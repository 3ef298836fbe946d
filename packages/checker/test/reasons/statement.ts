import { makeKey, sha256 } from '../support/keys.ts';
import { type NoteSigner, verifierKey } from '../support/note.ts';
import { makeStatement } from '../support/statement.ts';
import { now } from '../support/world.ts';
import { bytes, type Cases, file, leavesWith, people, said, setting } from './case.ts';
import { malformedStatements } from './malformed-statements.ts';

const otherLog: NoteSigner = { name: 'other.example/log', type: 0x01, key: makeKey('EdDSA') };

/** What is wrong with roots and statements. */
export const statementCases: Cases = {
  'root-unknown': {
    'a key that the trust file does not name': {
      change: leavesWith('root operator', () => [0, bytes(32), 'operator']),
      leaf: 'root operator',
    },
    'a key that it names in another role': {
      change: leavesWith('root operator', ([kind, id]) => [kind, id, 'laboratory']),
      leaf: 'root operator',
    },
    'a key that it names for another log, whose marks are not these': {
      trust: {
        logs: [...(file.logs as object[]), { origin: 'other.example/log', keys: [verifierKey(otherLog)] }],
        roots: (file.roots as object[]).map((root) => ({ ...root, log: 'other.example/log' })),
      },
      leaf: 'root operator',
    },
    'a role that there is not': {
      change: leavesWith('root operator', ([kind, id]) => [kind, id, 'owner']),
      leaf: 'root operator',
    },
  },
  'statement-malformed': Object.fromEntries(
    Object.entries(malformedStatements).map(([what, change]) => [
      what,
      { options: said('chip', change), leaf: 'chip' },
    ]),
  ),
  'key-missing': {
    'a key left out': { change: ({ parts }) => ({ keys: parts.keys.toSpliced(3, 1) }), leaf: 'chip' },
    'a kid of another key': { options: said('chip', { header: setting([4, bytes(32)]) }), leaf: 'chip' },
  },
  'key-unsuitable': {
    'an algorithm for another kind of key': {
      options: said('chip', { header: setting([1, -7]) }),
      leaf: 'chip',
    },
    'an algorithm that nobody knows': {
      options: said('chip', { header: setting([1, -65_000]) }),
      leaf: 'chip',
    },
    'ECDSA on another curve': {
      options: said('appointment', { header: setting([1, -35]) }),
      leaf: 'appointment',
    },
  },
  'statement-signature': {
    'a signature of other bytes': {
      options: said('chip', { sign: () => people.chipMaker.sign(bytes(3)) }),
      leaf: 'chip',
    },
    'a signature that is too short': {
      options: said('appointment', { sign: (data) => people.operator.sign(data).subarray(1) }),
      leaf: 'appointment',
    },
    'no signature': { options: said('first', { sign: () => bytes(0) }), leaf: 'first' },
    'a key that is no point on its curve': {
      options: {
        statements: {
          chip: (parts) => ({
            ...parts,
            header: setting([1, -7], [4, sha256(offCurve())]),
            sign: () => bytes(64),
          }),
        },
      },
      change: ({ parts }) => ({ keys: [...parts.keys, offCurve()] }),
      leaf: 'chip',
    },
  },
  'statement-from-the-future': {
    'issued more than a minute from now': {
      options: said('chip', { issuedAt: now / 1000 + 61 }),
      leaf: 'chip',
    },
    'not before a minute and more from now': {
      options: said('chip', { notBefore: now / 1000 + 61 }),
      leaf: 'chip',
    },
    'issued at the end of time': {
      options: said('chip', { issuedAt: Number.MAX_SAFE_INTEGER }),
      leaf: 'chip',
    },
  },
  'statement-expired': {
    'at the very second': { options: said('chip', { expiresAt: now / 1000 }), leaf: 'chip' },
    'in 1970': { options: said('chip', { expiresAt: 0 }), leaf: 'chip' },
  },
  'statement-not-logged': {
    'another index': {
      change: leavesWith('chip', (leaf) => leaf.with(1, Number(leaf[1]) + 1)),
      leaf: 'chip',
    },
    'an index beyond the tree': { change: leavesWith('chip', (leaf) => leaf.with(1, 41)), leaf: 'chip' },
    'an index far beyond it': {
      change: leavesWith('chip', (leaf) => leaf.with(1, Number.MAX_SAFE_INTEGER)),
      leaf: 'chip',
    },
    'a path cut short': {
      change: leavesWith('chip', (leaf) => leaf.with(2, (leaf[2] as Uint8Array).subarray(32))),
      leaf: 'chip',
    },
    'a path with a hash too much': {
      change: leavesWith('chip', (leaf) =>
        leaf.with(2, Uint8Array.of(...(leaf[2] as Uint8Array), ...bytes(32))),
      ),
      leaf: 'chip',
    },
    'another path': { change: leavesWith('chip', (leaf) => leaf.with(2, bytes(6 * 32))), leaf: 'chip' },
    'a statement signed, and not logged': {
      change: leavesWith('chip', (leaf) =>
        leaf.with(3, makeStatement({ key: people.chipMaker, atoms: [['chip', 'device:pump-1', 'C-4712']] })),
      ),
      leaf: 'chip',
    },
  },
};

/** A SubjectPublicKeyInfo for P-256 whose point is not on the curve. */
function offCurve(): Uint8Array {
  const head = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
  return Uint8Array.of(...head, ...bytes(63), 7);
}
