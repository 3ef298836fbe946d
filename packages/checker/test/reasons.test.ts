import { readFileSync } from 'node:fs';
import { CborTag, type CborValue, encodeCbor } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import { checkVerdict, parseTrust } from '../src/index.ts';
import { makeKey, nodeCryptography, sha256 } from './support/keys.ts';
import { signatureLine } from './support/note.ts';
import { ruleNumber, ruleSet, ruleText } from './support/rules.ts';
import { makeStatement, type StatementParts } from './support/statement.ts';
import { leafHash, pathOf, rootOf } from './support/tree.ts';
import {
  absenceLeaf,
  type Composition,
  type CompositionOptions,
  compose,
  encodeBundle,
  makePeople,
  mark,
  now,
  type Parts,
  type StatementName,
  trustFile,
} from './support/world.ts';

const people = makePeople();
const file = trustFile(people);
const usual = compose(people);

interface Case {
  readonly options?: CompositionOptions;
  /** What is changed about the bundle that these options make. */
  readonly change?: (composition: Composition) => Partial<Parts>;
  readonly bundle?: Uint8Array;
  readonly trust?: Record<string, unknown>;
  readonly leaf?: string | number;
  readonly step?: number;
}

const leavesWith = (name: string, change: (leaf: CborValue[]) => CborValue) => (composition: Composition) => {
  const place = composition.leafOf(name);
  const leaves = composition.parts.leaves.with(
    place,
    change([...(composition.parts.leaves[place] as CborValue[])]),
  );
  return { leaves };
};
const stepsWith =
  (label: string, change: (step: number[]) => CborValue) =>
  ({ parts, stepOf }: Composition) => {
    const place = stepOf(label);
    return { steps: parts.steps.with(place, change([...(parts.steps[place] as number[])])) };
  };
const said = (name: StatementName, change: Partial<StatementParts>): CompositionOptions => ({
  statements: { [name]: (parts: StatementParts) => ({ ...parts, ...change }) },
});
const goalWith = (place: number, term: CborValue) => () => ({ goal: usual.parts.goal.with(place, term) });
/** Another rule set, which the trust file believes. */
const byRules = (rules: CborValue): Case => {
  const text = encodeCbor(rules);
  return {
    change: () => ({ rules: [sha256(text), text] }),
    trust: { rules: [{ digest: Buffer.from(sha256(text)).toString('hex') }] },
  };
};
const [name, version, rules] = ruleSet as [string, number, CborValue[][]];
const ruleWith = (label: string, head: CborValue, body: CborValue[]): CborValue => [
  name,
  version,
  rules.with(ruleNumber(label), [label, head, body]),
];
const signed = (change: (note: string) => string) => ({
  change: ({ note, sign }: Composition) => ({
    checkpoint: sign(change(note), people.log, ...people.witnesses),
  }),
});
const withLine = (line: string): Case => ({
  change: ({ parts }) => ({ checkpoint: `${parts.checkpoint}${line}` }),
});
const leafZero = usual.parts.leaves[0];
const bytes = (length: number) => new Uint8Array(length);
const marks = usual.marks;
const markHashes = marks.map(leafHash);
/** The absence of the operator's key, shown in another way. */
const absence = (left: CborValue, right: CborValue): Case => ({
  change: leavesWith('absent key operator', ([kind, of, value]) => [kind, of, value, left, right]),
  leaf: 'absent key operator',
});
const neighbour = (index: number): CborValue => [index, marks[index]!, pathOf(index, markHashes)];
const operatorsPlace = marks.filter((one) => Buffer.compare(one, mark('key', people.operator.id)) < 0).length;

const cases: Record<string, Record<string, Case>> = {
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
    '257 leaves': { change: () => ({ leaves: Array.from({ length: 257 }, () => leafZero) }) },
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
      change: leavesWith('absent key operator', (leaf) =>
        leaf.with(3, [...(neighbour(0) as CborValue[]), 0]),
      ),
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
  'rules-unknown': {
    'a digest that nobody believes': { change: () => ({ rules: [bytes(32), ruleText] }) },
  },
  'rules-missing': {
    'the compact form for a trust file without their text': {
      change: () => ({ rules: [sha256(ruleText), null] }),
    },
  },
  'rules-changed': {
    'another text': { change: () => ({ rules: [sha256(ruleText), encodeCbor([])] }) },
    'another text in the trust file': {
      change: () => ({ rules: [sha256(ruleText), null] }),
      trust: { rules: [{ digest: Buffer.from(sha256(ruleText)).toString('hex'), text: 'gA==' }] },
    },
  },
  'rules-malformed': {
    'not CBOR': malformedRules(Uint8Array.of(0x9f)),
    'two members': byRules([name, rules]),
    'a name in bytes': byRules([bytes(3), version, rules]),
    'a version that is a float': byRules([name, 1.5, rules]),
    'no rules': byRules([name, version, []]),
    '65 rules': byRules([name, version, Array.from({ length: 65 }, () => rules[0]!)]),
    'a rule without a label': byRules([name, version, [[null, ['a'], []]]]),
    'a rule without a body': byRules([name, version, [['a', ['a']]]]),
    '17 patterns': byRules([name, version, [['a', ['a'], Array.from({ length: 17 }, () => ['a'])]]]),
    '25 terms': byRules([name, version, [['a', ['a'], [Array.from({ length: 25 }, () => 'a')]]]]),
    'an empty pattern': byRules([name, version, [['a', ['a'], [[]]]]]),
    'a predicate that is a variable': byRules([name, version, [['a', ['a'], [[['X']]]]]]),
    'a variable of two texts': byRules([name, version, [['a', ['a'], [['a', ['X', 'Y']]]]]]),
    'a variable that is an integer': byRules([name, version, [['a', ['a'], [['a', [1]]]]]]),
    'a computation that there is not': byRules([name, version, [['a', ['a'], [['=more', 1, ['X']]]]]]),
    'a computation with an input too much': byRules([
      name,
      version,
      [['a', ['a'], [['=next', 1, 2, ['X']]]]],
    ]),
    'a computation with an input too little': byRules([name, version, [['a', ['a'], [['=join', 1, ['X']]]]]]),
    'a head that computes': byRules([name, version, [['a', ['=next', 1, 2], []]]]),
  },
  'checkpoint-malformed': {
    'no signature lines': { change: ({ note }) => ({ checkpoint: `${note}\n` }) },
    'no empty line': { change: ({ note }) => ({ checkpoint: note }) },
    nothing: { change: () => ({ checkpoint: '' }) },
    'no newline at its end': {
      change: ({ parts }) => ({ checkpoint: String(parts.checkpoint).slice(0, -1) }),
    },
    'a control character': signed((note) => note.replace('kiten.time', 'x\tkiten\nkiten.time')),
    'no origin': signed((note) => note.slice(note.indexOf('\n'))),
    'a size with a leading zero': signed((note) => note.replace('\n41\n', '\n041\n')),
    'a size beyond 2^53 − 1': signed((note) => note.replace('\n41\n', '\n9007199254740992\n')),
    'a root that is too short': signed((note) => note.replace(/\n41\n.*\n/, '\n41\nAAAA\n')),
    'a root that is not canonical': signed((note) => note.replace(/\n41\n(.*)..\n/, '\n41\n$1B=\n')),
    'no time': signed((note) => note.replace(/kiten.time.*\n/, '')),
    'no marks': signed((note) => note.replace(/kiten.marks.*\n/, 'x\n')),
    'two times': signed((note) => `${note}kiten.time ${now}\n`),
    'two times, one of which is none': signed((note) => `${note}kiten.time soon\n`),
    'a time with more behind it': signed((note) => note.replace(/(kiten.time .*)\n/, '$1 0\n')),
    'a time with a leading zero': signed((note) => note.replace('kiten.time ', 'kiten.time 0')),
    'two marks': signed((note) => note.replace(/(kiten.marks.*\n)/, '$1$1')),
    'marks without a root': signed((note) => note.replace(/(kiten.marks \d+).*\n/, '$1\n')),
    'an empty line between': signed((note) => note.replace('kiten.time', '\nkiten.time')),
    'a signature line without a name': withLine('— AAAAAAA=\n'),
    'a signature line with a plus sign in its name': withLine('— a+b AAAAAAA=\n'),
    'a signature line with more behind it': withLine('— a AAAAAAA= b\n'),
    'a signature line with a hyphen': withLine('- a AAAAAAA=\n'),
    'a signature that is not base64': withLine('— a AAAA?AA=\n'),
    'a signature that is not canonical': withLine('— a AAAAAAB=\n'),
    'a signature of four bytes': withLine('— a AAAAAA==\n'),
    '65 signature lines': withLine('— a AAAAAAA=\n'.repeat(62)),
  },
  'log-unknown': {
    'the origin of another log': signed((note) => note.replace('plant-7.example/log', 'plant-8.example/log')),
  },
  'checkpoint-signature': {
    'nobody of the log': { change: ({ note, sign }) => ({ checkpoint: sign(note, ...people.witnesses) }) },
    'another key under its name': {
      change: ({ note, sign }) => ({
        checkpoint: sign(note, { ...people.log, key: makeKey('EdDSA') }, ...people.witnesses),
      }),
    },
    'a text changed after signing': {
      change: ({ parts }) => ({ checkpoint: String(parts.checkpoint).replace('\n41\n', '\n42\n') }),
    },
    'a second line of the log that does not verify': {
      change: ({ parts, note }) => ({
        checkpoint: `${parts.checkpoint}${signatureLine(people.log, `${note}x\n`, { origin: '', size: 0, root: bytes(32) })}`,
      }),
    },
    'a signature that is too short': {
      change: ({ parts }) => ({
        checkpoint: String(parts.checkpoint).replace(/(— plant-7.example\/log .{80}).*\n/, '$1\n'),
      }),
    },
  },
  'checkpoint-witnesses': {
    'one of two that are demanded': {
      change: ({ note, sign }) => ({ checkpoint: sign(note, people.log, people.witnesses[0]!) }),
    },
    'one of them twice': {
      change: ({ note, sign }) => ({
        checkpoint: sign(note, people.log, people.witnesses[0]!, people.witnesses[0]!),
      }),
    },
    'a named one whose line does not verify, even if none is demanded': {
      trust: { threshold: 0 },
      change: ({ note, sign }) => ({
        checkpoint:
          sign(note, people.log) +
          sign(note.replace('41', '40'), people.witnesses[0]!).slice(note.length + 1),
      }),
    },
    'a time changed after cosigning': {
      change: ({ parts }) => ({
        checkpoint: String(parts.checkpoint).replace(/(— witness-1.example .{10})./, '$1A'),
      }),
    },
    'a time beyond 2^63 − 1': {
      change: ({ parts }) => ({ checkpoint: lateCosignature(String(parts.checkpoint)) }),
    },
    'a time and no signature': {
      trust: { threshold: 0 },
      change: ({ parts }) => ({
        checkpoint: String(parts.checkpoint).replace(/(— witness-2.example .{8}).*\n/, '$1\n'),
      }),
    },
  },
  'checkpoint-from-the-future': { 'a minute and more ahead': { options: { time: now + 60_001 } } },
  'checkpoint-stale': { 'a day and more old': { options: { time: now - 86_400_001 } } },
  'root-unknown': {
    'a key that the trust file does not name': {
      change: leavesWith('root operator', () => [0, bytes(32), 'operator']),
      leaf: 'root operator',
    },
    'a key that it names in another role': {
      change: leavesWith('root operator', ([kind, id]) => [kind, id, 'laboratory']),
      leaf: 'root operator',
    },
    'a role that there is not': {
      change: leavesWith('root operator', ([kind, id]) => [kind, id, 'owner']),
      leaf: 'root operator',
    },
  },
  'statement-malformed': Object.fromEntries(
    Object.entries(malformedStatements()).map(([what, change]) => [
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
  'step-malformed': {
    'a rule that there is not': { change: stepsWith('the verdict', ([, ...rest]) => [7, ...rest]), step: 7 },
    'a negative rule': { change: stepsWith('the verdict', ([, ...rest]) => [-1, ...rest]), step: 7 },
    'a premise too little': { change: stepsWith('the verdict', (step) => step.slice(0, -1)), step: 7 },
    'a premise too much': { change: stepsWith('the verdict', (step) => [...step, 0]), step: 7 },
  },
  'step-premise': {
    itself: {
      change: stepsWith('the verdict', (step) => step.with(1, usual.parts.leaves.length + 1 + 7)),
      step: 7,
    },
    'a node that there is not': { change: stepsWith('the verdict', (step) => step.with(1, 2047)), step: 7 },
    'a negative one': { change: stepsWith('the verdict', (step) => step.with(1, -1)), step: 7 },
    'one far away': {
      change: stepsWith('the verdict', (step) => step.with(1, Number.MAX_SAFE_INTEGER)),
      step: 7,
    },
  },
  'step-mismatch': {
    'an atom of another predicate': { change: stepsWith('the verdict', (step) => step.with(1, 0)), step: 7 },
    'an atom of another length': {
      ...byRules(
        ruleWith(
          'nothing is counted yet',
          ['tally', ['S'], 0, bytes(8), 0],
          [['absent', 'subject', ['S'], 1]],
        ),
      ),
      step: 1,
    },
    'a bound variable that is another': {
      options: said('second', { atoms: [['finding', 'device:pump-2', 1, 'executables', -20, now]] }),
      step: 3,
    },
    'a text in place of the same bytes': {
      options: said('appointment', {
        atoms: [
          ['appoints', 'x'],
          ['withdrew', 'device:pump-1', bytes(32)],
        ],
      }),
      step: 0,
    },
    'a join with a value that is no byte': {
      options: said('first', { atoms: [['finding', 'device:pump-1', 0, 'hardware', 128, now]] }),
      step: 2,
    },
    'a join with a claim that there is not': {
      options: said('first', { atoms: [['finding', 'device:pump-1', 0, 'software', 2, now]] }),
      step: 2,
    },
    'a count beyond the last': {
      ...byRules(
        ruleWith(
          'nothing is counted yet',
          ['tally', ['S'], Number.MAX_SAFE_INTEGER, bytes(8), 0],
          [['absent', 'subject', ['S']]],
        ),
      ),
      options: said('first', {
        atoms: [['finding', 'device:pump-1', Number.MAX_SAFE_INTEGER, 'hardware', 2, now]],
      }),
      step: 2,
    },
    'a vector of seven bytes': {
      ...byRules(
        ruleWith('nothing is counted yet', ['tally', ['S'], 0, bytes(7), 0], [['absent', 'subject', ['S']]]),
      ),
      step: 2,
    },
    'an input that is not bound': {
      ...byRules(
        ruleWith(
          'nothing is counted yet',
          ['tally', ['S'], 0, bytes(8), 0],
          [
            ['=next', ['N'], ['O']],
            ['absent', 'subject', ['S']],
          ],
        ),
      ),
      step: 1,
    },
    'an output that is another': {
      ...byRules(
        ruleWith(
          'nothing is counted yet',
          ['tally', ['S'], 0, bytes(8), 0],
          [
            ['=least', 3, 2, 3],
            ['absent', 'subject', ['S']],
          ],
        ),
      ),
      step: 1,
    },
    'a mask of nine bits': {
      options: said('judgement', {
        atoms: [
          [
            'judged',
            'device:pump-1',
            7,
            sha256(Buffer.from('device:pump-1')),
            'admitted',
            'pumps',
            256,
            3,
            now - 1000,
          ],
        ],
      }),
      step: 7,
    },
  },
  'step-unbound': {
    'a variable that only the head has': {
      ...byRules(
        ruleWith('nothing is counted yet', ['tally', ['S'], 0, ['V'], 0], [['absent', 'subject', ['S']]]),
      ),
      step: 1,
    },
  },
  'key-unused': {
    'a key that signed nothing here': {
      change: ({ parts }) => ({ keys: [...parts.keys, people.log.key.publicKey] }),
    },
    'a key that is none': { change: ({ parts }) => ({ keys: [...parts.keys, bytes(0)] }) },
  },
  'leaf-unused': {
    'a leaf that no step needs': {
      change: ({ parts, marks: all }) => ({
        leaves: [...parts.leaves, absenceLeaf('subject', 'device:pump-2', all, all.map(leafHash))],
        steps: parts.steps.map((step) => shifted(step as number[])),
      }),
      leaf: usual.parts.leaves.length,
    },
  },
  'step-unused': {
    'a step that no other needs': {
      change: ({ parts }) => ({
        steps: [parts.steps[1], ...parts.steps.map((step) => shifted(step as number[]))],
      }),
      step: 0,
    },
  },
  'leaf-repeated': {
    'a root twice': repeated('root operator'),
    'a statement twice': repeated('appointment'),
    'an absence twice': repeated('absent key operator'),
  },
  'goal-not-derived': {
    'a better status': { change: goalWith(5, 'none') },
    'another device': { change: goalWith(1, 'device:pump-2') },
    'a text in place of bytes': { change: goalWith(3, 'holder') },
    'a term too little': { change: ({ parts }) => ({ goal: parts.goal.slice(0, -1) }) },
  },
  'goal-unknown': {
    'what is derived is no verdict': unknownGoal(['finding', 'device:pump-1']),
    'a verdict with a term too much': unknownGoal([...usual.parts.goal, 0]),
    'a subject in bytes': unknownGoal(usual.parts.goal.with(1, bytes(1))),
    'an epoch in a text': unknownGoal(usual.parts.goal.with(2, '7')),
    'a holder of 31 bytes': unknownGoal(usual.parts.goal.with(3, bytes(31))),
    'a standing that there is not': unknownGoal(usual.parts.goal.with(4, 'expelled')),
    'a status that there is not': unknownGoal(usual.parts.goal.with(5, 'fine')),
    'a vector of nine bytes': unknownGoal(usual.parts.goal.with(6, bytes(9))),
    'overdue twice': unknownGoal(usual.parts.goal.with(7, 2)),
    'a profile in bytes': unknownGoal(usual.parts.goal.with(8, bytes(1))),
    'a time in a text': unknownGoal(usual.parts.goal.with(9, 'now')),
    'an end in a text': unknownGoal(usual.parts.goal.with(10, 'never')),
  },
  'verdict-lapsed': {
    'at the very millisecond': { options: { until: now } },
    'long ago': { options: { until: 0 } },
  },
  'verdict-from-the-future': { 'composed a minute and more from now': { options: { at: now + 60_001 } } },
};

/** The reasons that the specification names under "Checking", before the table of the verdict's terms. */
function specified(): string[] {
  const document = readFileSync(new URL('../../../docs/verdict-bundle.md', import.meta.url), 'utf8');
  const [, section = ''] = /\n## Checking\n([\s\S]*?)\n\| term \|/.exec(document) ?? [];
  return [...section.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, reason]) => reason!);
}

test('every reason of the specification is here, and no other', () => {
  expect(Object.keys(cases)).toEqual([...new Set(specified())]);
  expect(specified()).toHaveLength(35);
});

describe.each(Object.entries(cases))('%s', (reason, examples) => {
  test.each(Object.entries(examples))('%s', async (_, { options, change, bundle, trust, leaf, step }) => {
    const composition = compose(people, options);
    const parts = { ...composition.parts, ...change?.(composition) };
    const by = parseTrust(JSON.stringify({ ...file, ...trust }));
    const report = await checkVerdict(bundle ?? encodeBundle(parts), by, {
      now,
      cryptography: nodeCryptography,
    });
    const place = typeof leaf === 'string' ? composition.leafOf(leaf) : leaf;
    const { message, ...answer } = report as { message: string };
    expect(answer).toEqual({
      ...{ holds: false, reason },
      ...(place !== undefined && { leaf: place }),
      ...(step !== undefined && { step }),
    });
    expect(message).toMatch(/^[A-Z].*\.$/);
  });
});

function longerInteger(bundle: Uint8Array): Uint8Array {
  // The version stands behind the head of the array, the head of the text and its 13 letters.
  return Uint8Array.of(...bundle.subarray(0, 15), 0x18, 1, ...bundle.subarray(16));
}

function malformedRules(text: Uint8Array): Case {
  return {
    change: () => ({ rules: [sha256(text), text] }),
    trust: { rules: [{ digest: Buffer.from(sha256(text)).toString('hex') }] },
  };
}

function marksLine(all: readonly Uint8Array[]): string {
  return `kiten.marks ${all.length} ${Buffer.from(rootOf(all.map(leafHash))).toString('base64')}`;
}

/** The absence of the operator's key in a tree without marks, shown in another way than by two nulls. */
function emptied(left: CborValue, right: CborValue): Case {
  return { ...absence(left, right), options: { noMarks: true } };
}

/** The node that the first step of the usual bundle is: one leaf has two atoms, the others have one. */
function firstStep(): number {
  return usual.parts.leaves.length + 1;
}

/** A step where there are more nodes before the first step. */
function shifted([rule = 0, ...premises]: readonly number[], by = 1): number[] {
  return [rule, ...premises.map((node) => (node >= firstStep() ? node + by : node))];
}

/** A copy of a leaf behind the others, on which another appointment rests, on which the second finding rests. */
function repeated(name: string): Case {
  const change = ({ parts, leafOf }: Composition): Partial<Parts> => {
    const place = leafOf(name);
    const node = place + (place > leafOf('appointment') ? 1 : 0);
    const atoms = name === 'appointment' ? 2 : 1;
    const [first = [], ...others] = parts.steps.map((step) => shifted(step as number[], atoms + 1));
    const another = first.map((premise, index) => (index > 0 && premise === node ? firstStep() : premise));
    const steps = [another, first, ...others];
    steps[4] = steps[4]!.with(2, firstStep() + atoms);
    return { leaves: [...parts.leaves, parts.leaves[place]], steps };
  };
  return { change, leaf: usual.parts.leaves.length };
}

/** A rule that concludes something else than a verdict, and the goal to it. */
function unknownGoal(goal: CborValue[]): Case {
  const [, , [, , body] = []] = [name, version, rules.at(-1)];
  const by = byRules(ruleWith('the verdict', goal, body as CborValue[]));
  return { ...by, change: (composition) => ({ ...by.change?.(composition), goal }) };
}

/** The cosignature of the first witness, its time's highest bit set. */
function lateCosignature(checkpoint: string): string {
  return checkpoint.replace(/(— witness-1.example )(.*)/, (_, start: string, encoded: string) => {
    const line = Buffer.from(encoded, 'base64');
    line[4] = 0x80;
    return start + line.toString('base64');
  });
}

/** A SubjectPublicKeyInfo for P-256 whose point is not on the curve. */
function offCurve(): Uint8Array {
  const head = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
  return Uint8Array.of(...head, ...bytes(63), 7);
}

/** Sets entries of a map. */
function setting(...entries: [CborValue, CborValue][]) {
  return (map: Map<CborValue, CborValue>): void => {
    for (const [label, value] of entries) map.set(label, value);
  };
}

function malformedStatements(): Record<string, Partial<StatementParts>> {
  const header = (label: number, value: CborValue) => ({ header: setting([label, value]) });
  const noHeader = (label: number) => ({
    header: (map: Map<CborValue, CborValue>) => void map.delete(label),
  });
  const claim = (label: CborValue, value: CborValue) => ({ claims: setting([label, value]) });
  const noClaim = (label: number) => ({ claims: (map: Map<CborValue, CborValue>) => void map.delete(label) });
  const payload = (value: CborValue) => ({ payload: encodeCbor(value) });
  return {
    'no tag': { wrap: (message) => message },
    'another tag': { wrap: (message) => new CborTag(98, message) },
    'the tag twice': { wrap: (message) => new CborTag(18, new CborTag(18, message)) },
    'three elements': { wrap: (message) => new CborTag(18, message.slice(0, 3)) },
    'no statement at all': { wrap: () => 0 },
    'an unprotected header': { unprotected: new Map([[99, 1]]) },
    'a detached payload': { payload: null },
    'an empty payload': { payload: bytes(0) },
    'a payload in a longer form': { payload: Uint8Array.of(0x98, 1, 0x81, 0x61, 0x61) },
    'a payload that is a map': payload(new Map()),
    'no atoms': payload([]),
    '129 atoms': payload(Array.from({ length: 129 }, () => ['a'])),
    'an atom without a predicate': payload([[]]),
    'an atom whose predicate is in bytes': payload([[bytes(1)]]),
    'an atom of 24 terms': payload([Array.from({ length: 24 }, () => 'a')]),
    'an atom within an atom': payload([['a', ['b']]]),
    'a float': payload([['a', 1.5]]),
    'the float −0': payload([['a', -0]]),
    'a text of 257 bytes': payload([['a', 'a'.repeat(257)]]),
    'a text of 86 characters and 258 bytes': payload([['a', '基'.repeat(86)]]),
    'more than 4096 bytes': payload(Array.from({ length: 30 }, () => ['a', 'a'.repeat(200)])),
    'no algorithm': noHeader(1),
    'an algorithm in a text': header(1, 'ML-DSA-44'),
    'no content type': noHeader(3),
    'another content type': header(3, 'application/json'),
    'no key id': noHeader(4),
    'a key id of 31 bytes': header(4, bytes(31)),
    'a key id in a text': header(4, 'a'.repeat(32)),
    'no claims': noHeader(15),
    'claims in an array': header(15, []),
    'a header parameter too much': header(16, 'a'),
    'critical parameters': header(2, [15]),
    'no issuer': noClaim(1),
    'an issuer that is an integer': claim(1, 1),
    'no subject': noClaim(2),
    'a subject in bytes': claim(2, bytes(1)),
    'no time of issue': noClaim(6),
    'a negative time of issue': claim(6, -1),
    'a time of issue that is a float': claim(6, 1.5),
    'an expiry in a text': claim(4, 'never'),
    'a null expiry': claim(4, null),
    'an undefined expiry': claim(4, undefined),
    'a negative start': claim(5, -1),
    'an audience': claim(3, 'somebody'),
    'a claim of another name': claim('exp', 0),
  };
}
