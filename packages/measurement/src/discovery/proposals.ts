import type { StreamDeclaration } from '../streams/declaration.ts';
import type { Candidate } from './candidate.ts';
import { type FoundPacks, foundPacks, type PackClaim, packSource } from './found-packs.ts';
import { unitsInCommon } from './found-units.ts';
import { generalFilter } from './general-filter.ts';

/** Streams that were found: what would declare them, and what was seen of them. */
export interface FoundStreams
  extends Pick<
    StreamDeclaration,
    'filter' | 'form' | 'fields' | 'units' | 'binSeconds' | 'sequence' | 'time'
  > {
  /** A name that no declaration has. */
  readonly name: string;
  /** Devices that publish such readings, and others that publish something else to these topics. */
  readonly devices: number;
  readonly unlike: number;
  /** One of the topics. */
  readonly topic: string;
  /** Messages and rows that were looked at: some of those that came. */
  readonly messages: number;
  readonly rows: number;
  /** Seconds between two messages of a topic. */
  readonly everySeconds?: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Of signed packs. */
  readonly pack?: FoundPacks;
}

/** Candidates of one device that are one stream. */
interface Source extends Omit<FoundStreams, 'name' | 'devices' | 'unlike' | 'pack' | 'units'> {
  readonly device: string;
  /** Of each field; '' where nobody says. */
  readonly units: readonly string[];
  readonly claim?: PackClaim;
}

const mostShown = 200;
const mostFields = 64;

/** Sources that one declaration is about. */
type Together = Omit<FoundStreams, 'name' | 'pack'> & { readonly claim?: PackClaim };

/** What declares as many devices at once as say the same: the same in whatever order they are remembered. */
export function proposals(
  remembered: readonly Candidate[],
  names: ReadonlySet<string>,
): readonly FoundStreams[] {
  const candidates = [...remembered].sort((one, other) => {
    if (one.device !== other.device) return one.device < other.device ? -1 : 1;
    return one.topic < other.topic ? -1 : 1;
  });
  const sources = [...candidates.flatMap(sourceOf), ...numbersOf(candidates)];
  const taken = new Set(names);
  const all = [...grouped(sources, ({ filter, form }) => `${form} ${filter}`).values()]
    .flatMap((alike) => {
      // Most devices decide what the others are unlike: one that says something else changes nothing for them.
      const byFields = [...grouped(alike, saying).values()].sort((one, other) => other.length - one.length);
      return byFields.flatMap((same, at) =>
        at === 0
          ? [together(same, alike.length - same.length)]
          : same.map((one) => together([{ ...one, filter: exactly(one) }], 0)),
      );
    })
    .sort((one, other) => other.devices - one.devices || (one.filter < other.filter ? -1 : 1))
    .slice(0, mostShown);
  return named(all, taken);
}

/** What devices of one kind have in common. */
function saying({ fields, claim }: Source): string {
  return JSON.stringify([[...fields].sort(), claim?.id, claim?.isOwnKey]);
}

/** Packs have the name that they say, if it can be had; the others have what is left. */
function named(all: readonly Together[], taken: Set<string>): readonly FoundStreams[] {
  const packs = new Map<Together, FoundPacks>();
  for (const one of all) {
    if (one.claim === undefined) continue;
    packs.set(one, foundPacks(one.claim, taken));
    if (one.claim.id !== undefined) taken.add(one.claim.id);
  }
  return all.map((one) => {
    const pack = packs.get(one);
    const { claim, ...found } = one;
    if (pack === undefined) return { ...found, name: nameOf(found.filter, taken) };
    const isItsOwn = claim?.id !== undefined && !pack.needs.includes('name');
    return { ...found, name: isItsOwn ? claim.id : nameOf(found.filter, taken), pack };
  });
}

function sourceOf(candidate: Candidate): readonly Source[] {
  const { device, topic, form, channels, units, marks } = candidate;
  if (form === 'number' || channels.length === 0) return [];
  const where = packSource(candidate) ?? { filter: generalFilter(topic, device) };
  return [{ ...seen([candidate]), device, topic, ...where, form, fields: channels, units, ...marks }];
}

/** Numbers that a device publishes below one topic are channels of one stream. */
function numbersOf(candidates: readonly Candidate[]): readonly Source[] {
  const numbers = candidates.filter(({ form }) => form === 'number');
  const parent = (topic: string): string => topic.slice(0, topic.lastIndexOf('/') + 1);
  return [...grouped(numbers, ({ device, topic }) => `${device} ${parent(topic)}`).values()].map(
    (siblings) => {
      const [first] = siblings as [Candidate];
      const { device, topic } = first;
      const common = { ...seen(siblings), device, topic, form: 'number' as const, units: [] };
      if (siblings.length === 1)
        return { ...common, filter: generalFilter(topic, device), fields: ['value'] };
      const fields = siblings
        .map((one) => one.topic.slice(parent(topic).length))
        .sort()
        .slice(0, mostFields);
      const slowest = Math.max(...siblings.map(({ everySeconds = 1 }) => everySeconds));
      return {
        ...common,
        ...{ filter: `${generalFilter(parent(topic), device)}+`, fields },
        binSeconds: Math.max(1, Math.ceil(slowest)),
      };
    },
  );
}

function seen(candidates: readonly Candidate[]) {
  const every = candidates.flatMap(({ everySeconds = [] }) => everySeconds);
  return {
    messages: sum(candidates, ({ messages }) => messages),
    rows: sum(candidates, ({ rows }) => rows),
    firstAt: Math.min(...candidates.map(({ firstAt }) => firstAt)),
    lastAt: Math.max(...candidates.map(({ lastAt }) => lastAt)),
    ...(every.length === 0 ? {} : { everySeconds: middle(every) }),
  };
}

function together(same: readonly Source[], unlike: number): Together {
  const [{ device: _, units: _own, ...first }] = same as [Source];
  const units = unitsInCommon(same);
  const every = same.flatMap(({ everySeconds = [] }) => everySeconds);
  return {
    ...first,
    ...(units === undefined ? {} : { units }),
    devices: new Set(same.map(({ device }) => device)).size,
    unlike,
    messages: sum(same, ({ messages }) => messages),
    rows: sum(same, ({ rows }) => rows),
    firstAt: Math.min(...same.map(({ firstAt }) => firstAt)),
    lastAt: Math.max(...same.map(({ lastAt }) => lastAt)),
    ...(every.length === 0 ? {} : { everySeconds: middle(every) }),
  };
}

/** Of this device alone. */
function exactly({ filter, topic, device }: Source): string {
  const levels = filter.split('/');
  return levels
    .map((level, at) => (at === 1 && level === '+' && topic.split('/')[1] === device ? device : level))
    .join('/');
}

function nameOf(filter: string, taken: Set<string>): string {
  const level = filter.split('/').findLast((one) => one !== '+' && one !== 'd') ?? '';
  const plain = level
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 24);
  const stem = plain === '' ? 'readings' : plain;
  let name = stem;
  for (let count = 2; taken.has(name); count++) name = `${stem}-${count}`;
  taken.add(name);
  return name;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function sum<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0);
}

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}
