import type { CborValue } from '@kiten/codec';
import { mark } from '../support/marks.ts';
import { leafHash, pathOf, rootOf } from '../support/tree.ts';
import { bytes, type Case, type Cases, leavesWith, people, signed, usual } from './case.ts';

const marks = usual.marks;
const markHashes = marks.map(leafHash);
/** The absence of the operator's key, shown in another way. */
const absence = (left: CborValue, right: CborValue): Case => ({
  change: leavesWith('absent key operator', ([kind, of, value]) => [kind, of, value, left, right]),
  leaf: 'absent key operator',
});
const neighbour = (index: number): CborValue => [index, marks[index]!, pathOf(index, markHashes)];
const operatorsPlace = marks.filter((one) => Buffer.compare(one, mark('key', people.operator.id)) < 0).length;

/** What is wrong with marks. */
export const marksCases: Cases = {
  'marks-malformed': {
    'no neighbours in a tree that has marks': absence(null, null),
    'a left one that is not the last': absence(neighbour(operatorsPlace - 1), null),
    'a right one that is not the first': absence(null, neighbour(operatorsPlace)),
    'one between them': absence(neighbour(operatorsPlace - 1), neighbour(operatorsPlace + 1)),
    'one twice': absence(neighbour(operatorsPlace), neighbour(operatorsPlace)),
    'two before the mark': absence(neighbour(operatorsPlace - 2), neighbour(operatorsPlace - 1)),
    'two behind the mark': absence(neighbour(operatorsPlace), neighbour(operatorsPlace + 1)),
    swapped: absence(neighbour(operatorsPlace), neighbour(operatorsPlace - 1)),
    'the mark itself, which is there': {
      options: { marks: [mark('subject', 'device:pump-1')] },
      leaf: 'absent subject device',
    },
    'a right one beyond the tree': absence(
      [marks.length - 1, mark('key', bytes(32)), bytes(0)],
      [marks.length, mark('subject', 'z'), bytes(0)],
    ),
    'a presence beyond the tree': {
      change: leavesWith('present', (leaf) => leaf.with(3, marks.length)),
      leaf: 'present',
    },
    'neighbours in a tree without marks': emptied([0, marks[0]!, bytes(0)], null),
    'a right one in a tree without marks': emptied(null, [0, mark('subject', 'z'), bytes(0)]),
  },
  'marks-not-proven': {
    'a left one with the path of another': absence(
      [operatorsPlace - 1, marks[operatorsPlace - 1]!, pathOf(operatorsPlace, markHashes)],
      neighbour(operatorsPlace),
    ),
    'a right one that is not in the tree': absence(neighbour(operatorsPlace - 1), [
      operatorsPlace,
      mark('key', bytes(32).fill(255)),
      pathOf(operatorsPlace, markHashes),
    ]),
    'a presence with another path': {
      change: leavesWith('present', (leaf) => leaf.with(4, bytes(5 * 32))),
      leaf: 'present',
    },
    'the presence of what is absent': {
      change: leavesWith('present', (leaf) => leaf.with(2, bytes(32))),
      leaf: 'present',
    },
    'no marks, and another root than that of none': {
      options: { noMarks: true },
      change: ({ note, sign }) => ({
        checkpoint: sign(
          note.replace(/kiten.marks.*/, `kiten.marks 0 ${'A'.repeat(43)}=`),
          people.log,
          ...people.witnesses,
        ),
      }),
      leaf: 'absent key operator',
    },
    'a tree of marks that is smaller': {
      ...signed((note) => note.replace(/kiten.marks.*/, marksLine(marks.slice(0, -1)))),
      leaf: 'absent key operator',
    },
  },
};

function marksLine(all: readonly Uint8Array[]): string {
  return `kiten.marks ${all.length} ${Buffer.from(rootOf(all.map(leafHash))).toString('base64')}`;
}

/** The absence of the operator's key in a tree without marks, shown in another way than by two nulls. */
function emptied(left: CborValue, right: CborValue): Case {
  return { ...absence(left, right), options: { noMarks: true } };
}
