import { attempt, decodeCbor, KitenError, toHex } from '@kiten/codec';
import { need, Refusal } from './report.ts';
import * as is from './shape.ts';

/** Hashes of 32 bytes one after the other, the lowest sibling first. */
const path = is.shape<Uint8Array>((all) => is.bytes(all) && all.length % 32 === 0 && all.length <= 2016);
const shortMark = is.shape<Uint8Array>((mark) => is.bytes(mark) && mark.length <= 266);
const entry = is.tuple(is.natural, shortMark, path);
const neighbour = is.either(is.one(null), entry);
/** What a mark withdraws: a subject by its name, a key or a statement by its hash. No two have the same bytes. */
const mark = [is.one('subject', 'key', 'statement'), is.term] as const;
const marked = <T extends readonly unknown[]>(leaf: is.Shape<T>) =>
  is.shape<T>((value) => leaf(value) && (value[1] === 'subject' ? is.text : is.hash)(value[2]));

const root = is.tuple(is.one(0), is.hash, is.text);
const statement = is.tuple(is.one(1), is.natural, path, is.bytes);
const absence = marked(is.tuple(is.one(2), ...mark, neighbour, neighbour));
const presence = marked(is.tuple(is.one(3), ...mark, is.natural, path));
const leaf = is.either(root, statement, absence, presence);
const keys = is.list(is.bytes, 1, 64);
/** The number of a rule, and nodes. */
const step = is.list(is.integer, 1);
const rules = is.tuple(is.hash, is.either(is.one(null), is.bytes));
const members = [rules, is.text, keys, is.list(leaf, 1, 256), is.list(step, 1, 1024), is.atom] as const;
const layout = is.tuple(is.one('kiten-verdict'), is.one(1), ...members);

/** A verdict bundle taken apart (docs/verdict-bundle.md, "The bundle"). Nothing in it is true yet. */
export type Bundle = ReturnType<typeof readBundle>;
export type Leaf = is.Of<typeof leaf>;
export type StatementLeaf = is.Of<typeof statement>;
export type AbsenceLeaf = is.Of<typeof absence>;
export type PresenceLeaf = is.Of<typeof presence>;
/** What is said to stand in a tree: its index, itself, and its path. */
export type Entry = is.Of<typeof entry>;

/** Takes a bundle apart, strictly. */
export function readBundle(input: Uint8Array) {
  need(input.length <= 65_536, 'bundle-too-large', 'A bundle has at most 65,536 bytes.');
  const item = attempt(() => decodeCbor(input, { maxDepth: 4 }));
  if (item instanceof KitenError) throw new Refusal('bundle-malformed', item.message);
  const isOther = is.otherVersion('kiten-verdict', 1)(item);
  need(!isOther, 'bundle-version', 'This checker reads version 1 of verdict bundles.');
  need(layout(item), 'bundle-malformed', 'The layout is not that of a verdict bundle.');
  const [, , [digest, ruleText], checkpoint, keys, leaves, steps, goal] = item;
  need(new Set(keys.map(toHex)).size === keys.length, 'bundle-malformed', 'Two keys are equal.');
  return { digest, ruleText, checkpoint, keys, leaves, steps, goal };
}
