import { type CborValue, encodeCbor } from '@kiten/codec';
import { type Key, sha256 } from './keys.ts';
import { absenceLeaf, mark } from './marks.ts';
import { checkpointText, type NoteSigner, signatureLine } from './note.ts';
import { origin, type People } from './people.ts';
import { ruleNumber, ruleText } from './rules.ts';
import { makeStatement, type StatementParts } from './statement.ts';
import { leafHash, pathOf, rootOf } from './tree.ts';

export const now = 1_790_000_000_000;
export const never = Number.MAX_SAFE_INTEGER;

export type StatementName =
  | 'appointment'
  | 'first'
  | 'second'
  | 'judgement'
  | 'origin'
  | 'chip'
  | 'evaluation';

/** A bundle as the eight members of its array. */
export interface Parts {
  format: CborValue;
  version: CborValue;
  rules: CborValue;
  checkpoint: CborValue;
  keys: CborValue[];
  leaves: CborValue[];
  steps: CborValue[];
  goal: CborValue[];
}

export interface Composition {
  readonly parts: Parts;
  /** Where a leaf stands: by the name of its statement, by `root ROLE` or `absent KIND` with a number, or `present`. */
  readonly leafOf: (name: string) => number;
  readonly stepOf: (label: string) => number;
  /** The text of the note, and the same signed by whoever is given. */
  readonly note: string;
  readonly sign: (note: string, ...signers: readonly NoteSigner[]) => string;
  readonly marks: readonly Uint8Array[];
}

export interface CompositionOptions {
  readonly device?: string;
  /** What is otherwise about statements. */
  readonly statements?: Partial<Record<StatementName, (parts: StatementParts) => StatementParts>>;
  /** Marks in force besides the usual ones. */
  readonly marks?: readonly Uint8Array[];
  /** None at all: then nothing can be present. */
  readonly noMarks?: boolean;
  readonly time?: number;
  /** Extension lines besides the two. */
  readonly extensions?: readonly string[];
  readonly until?: number;
  readonly at?: number;
  /** Hashes of subtrees to the right, the lowest first, as large as all to their left: the log is 64 entries, doubled by each. */
  readonly above?: readonly Uint8Array[];
}

const withdrawn = sha256(Buffer.from('an earlier verdict'));

/** Composes a bundle that holds: seven statements by five people, and marks that are absent and present. */
export function compose(people: People, options: CompositionOptions = {}): Composition {
  const { device = 'device:pump-1', at = now - 1000, until = now + 3_600_000 } = options;
  const { operator, verifier, manufacturer, chipMaker, laboratory } = people;
  const usual: Record<StatementName, StatementParts> = {
    appointment: {
      key: operator,
      atoms: [
        ['appoints', verifier.id],
        ['withdrew', device, withdrawn],
      ],
      expiresAt: 1_800_000_000,
      notBefore: 1_700_000_000,
    },
    first: { key: verifier, atoms: [['finding', device, 0, 'instance-identity', 2, until + 5000]] },
    second: { key: verifier, atoms: [['finding', device, 1, 'executables', -20, until]] },
    judgement: {
      key: verifier,
      atoms: [['judged', device, 7, sha256(Buffer.from(device)), 'admitted', 'pumps', 0b101, 3, at]],
    },
    origin: { key: manufacturer, atoms: [['made', device, 'model:P-100']] },
    chip: { key: chipMaker, atoms: [['chip', device, 'C-4711']] },
    evaluation: { key: laboratory, atoms: [['evaluated', 'model:P-100', 'hardware', 3, never]] },
  };
  const names = Object.keys(usual) as StatementName[];
  const said = (name: StatementName) => options.statements?.[name]?.(usual[name]) ?? usual[name];
  const statements = new Map(names.map((name) => [name, makeStatement(said(name))]));

  const { above = [] } = options;
  const count = above.length > 0 ? 64 : 41;
  const entries = Array.from(
    { length: count },
    (_, index) => Buffer.from(`another entry ${index}`) as Uint8Array,
  );
  names.forEach((name, index) => {
    entries[(index * 7 + 3) % 41] = statements.get(name)!;
  });
  const entryHashes = entries.map(leafHash);
  const logPath = (index: number) => new Uint8Array(Buffer.concat([pathOf(index, entryHashes), ...above]));
  const logRoot = above.reduce((left, right) => sha256(Uint8Array.of(1), left, right), rootOf(entryHashes));
  const usualMarks = [
    ...Array.from({ length: 9 }, (_, index) => mark('subject', `device:old-${index}`)),
    ...Array.from({ length: 8 }, (_, index) => mark('statement', sha256(Buffer.of(index)))),
    mark('statement', withdrawn),
    // Two of them before any key's id, and two behind it.
    ...[0, 1, 254, 255].map((octet) => mark('key', new Uint8Array(32).fill(octet))),
  ];
  const marks = options.noMarks ? [] : [...usualMarks, ...(options.marks ?? [])].sort(Buffer.compare);
  const markHashes = marks.map(leafHash);

  const leaves: CborValue[] = [];
  const places = new Map<string, number>();
  const add = (name: string, leaf: () => CborValue[]): number => {
    if (!places.has(name)) places.set(name, leaves.push(leaf()) - 1);
    return places.get(name)!;
  };
  const atomCounts: number[] = [];
  const handle = (leaf: number, count = 1, atom = 0) => {
    atomCounts[leaf] = count;
    return { leaf, atom };
  };
  const root = (key: Key, role: string) => handle(add(`root ${role}`, () => [0, key.id, role]));
  const says = (name: StatementName, atom = 0) => {
    const bytes = statements.get(name)!;
    const index = entries.indexOf(bytes);
    const leaf = add(name, () => [1, index, logPath(index), bytes]);
    return handle(leaf, said(name).atoms.length, atom);
  };
  const absent = (kind: string, value: string | Uint8Array, name: string) =>
    handle(add(`absent ${kind} ${name}`, () => absenceLeaf(kind, value, marks, markHashes)));
  const notWithdrawn = (name: StatementName) => absent('statement', sha256(statements.get(name)!), name);
  const notLost = (key: Key, name: string) => absent('key', key.id, name);
  const present = () =>
    handle(
      add('present', () => {
        const index = marks.findIndex((one) => Buffer.compare(one, mark('statement', withdrawn)) === 0);
        const path = index < 0 ? new Uint8Array(0) : pathOf(index, markHashes);
        return [3, 'statement', withdrawn, Math.max(index, 0), path];
      }),
    );

  type Handle = { readonly leaf: number; readonly atom: number } | { readonly step: number };
  const steps: { label: string; premises: Handle[] }[] = [];
  const step = (label: string, ...premises: Handle[]): Handle => ({
    step: steps.push({ label, premises }) - 1,
  });

  const appointed = step(
    'the operator appoints a verifier',
    ...[root(operator, 'operator'), notLost(operator, 'operator'), says('appointment')],
    ...[notWithdrawn('appointment'), notLost(verifier, 'verifier')],
  );
  const nothing = step('nothing is counted yet', absent('subject', device, 'device'));
  const one = step('a finding counts', nothing, appointed, says('first'), notWithdrawn('first'));
  const two = step('a finding counts', one, appointed, says('second'), notWithdrawn('second'));
  const three = step(
    'an evaluation of the model counts',
    ...[two, root(manufacturer, 'manufacturer'), notLost(manufacturer, 'manufacturer')],
    ...[says('origin'), notWithdrawn('origin'), root(laboratory, 'laboratory')],
    ...[notLost(laboratory, 'laboratory'), says('evaluation'), notWithdrawn('evaluation')],
  );
  const genuine = step(
    'the chip is genuine',
    ...[root(chipMaker, 'chip-maker'), notLost(chipMaker, 'chip-maker'), says('chip'), notWithdrawn('chip')],
  );
  const succeeds = step(
    'an earlier verdict is withdrawn',
    ...[root(operator, 'operator'), says('appointment', 1), present()],
  );
  step('the verdict', appointed, says('judgement'), notWithdrawn('judgement'), three, genuine, succeeds);

  const firstNodes: number[] = [];
  let nodes = 0;
  for (const count of atomCounts) {
    firstNodes.push(nodes);
    nodes += count;
  }
  const nodeOf = (premise: Handle) =>
    'step' in premise ? nodes + premise.step : firstNodes[premise.leaf]! + premise.atom;

  const head = { origin, size: entries.length * 2 ** above.length, root: logRoot };
  const marksRoot = Buffer.from(rootOf(markHashes)).toString('base64');
  const { time = now - 5000, extensions = [] } = options;
  const kitenLines = [`kiten.time ${time}`, `kiten.marks ${marks.length} ${marksRoot}`];
  const note = checkpointText(head, ...extensions, ...kitenLines);
  const sign = (text: string, ...signers: readonly NoteSigner[]) =>
    `${text}\n${signers.map((signer) => signatureLine(signer, text, head)).join('')}`;

  return {
    parts: {
      format: 'kiten-verdict',
      version: 1,
      rules: [sha256(ruleText), ruleText],
      checkpoint: sign(note, people.log, ...people.witnesses),
      keys: [operator, verifier, manufacturer, chipMaker, laboratory].map((key) => key.publicKey),
      leaves,
      steps: steps.map(({ label, premises }) => [ruleNumber(label), ...premises.map(nodeOf)]),
      goal: [
        ...['verdict', device, 7, sha256(Buffer.from(device)), 'admitted', 'affirming'],
        ...[Uint8Array.of(2, 0, 256 - 20, 0, 3, 0, 0, 0), 0, 'pumps', at, until],
      ],
    },
    leafOf: (name) => {
      const place = places.get(name);
      if (place === undefined) throw new Error(`There is no leaf ${name}: ${[...places.keys()].join(', ')}.`);
      return place;
    },
    stepOf: (label) => steps.findIndex((each) => each.label === label),
    ...{ note, sign, marks },
  };
}

export function encodeBundle(parts: Parts): Uint8Array {
  const { format, version, rules, checkpoint, keys, leaves, steps, goal } = parts;
  return encodeCbor([format, version, rules, checkpoint, keys, leaves, steps, goal]);
}
