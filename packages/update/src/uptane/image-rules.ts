import { asFields, asList, type Fields, malformed, member, textAt, wholeAt } from '../tuf/metadata/fields.ts';
import { matchesPath } from '../tuf/metadata/path-pattern.ts';
import { checkName } from './identifier.ts';

/** Images that another one needs, or can’t be together with: releases of what lies below some path. */
export interface ImageRange {
  /** A pattern as in delegations: `brake/*`. */
  readonly path: string;
  /** The least release counter, and the greatest if there is one. */
  readonly from: number;
  readonly to?: number;
}

/** What its makers say of an image beyond length and hashes (Uptane 2.1 §5.2.3.1.1): on both repositories the same. */
export interface ImageRules {
  /** For which kinds of hardware it is made; none in the legacy profile says any. */
  readonly hardwareIds: readonly string[];
  /** Incremented with each release. */
  readonly releaseCounter?: number;
  readonly dependencies: readonly ImageRange[];
  readonly conflicts: readonly ImageRange[];
}

const most = 64;

/** @throws KitenError `update/metadata-malformed`, `update/uptane-name`. */
export function parseImageRules(custom: Fields = {}): ImageRules {
  const hardwareIds = listAt(custom, 'hardwareIds', 'hardwareId').map((id) => {
    if (typeof id !== 'string') throw malformed('hardwareIds', 'are strings');
    return checkName(id, 'a kind of hardware');
  });
  const counter = member(custom, 'releaseCounter');
  return {
    hardwareIds,
    ...(counter !== undefined && { releaseCounter: wholeAt(custom, 'releaseCounter', 0) }),
    dependencies: listAt(custom, 'dependencies').map(parseRange),
    conflicts: listAt(custom, 'conflicts').map(parseRange),
  };
}

function parseRange(value: unknown): ImageRange {
  const fields = asFields(value, 'a range of images');
  const range = { path: checkName(textAt(fields, 'path'), 'an image'), from: wholeAt(fields, 'from', 0) };
  return member(fields, 'to') === undefined ? range : { ...range, to: wholeAt(fields, 'to', range.from) };
}

/** Absent, as aktualizr’s servers have it null, or a bounded list; or one alone, as the vectors of its makers have it. */
function listAt(custom: Fields, name: string, single?: string): readonly unknown[] {
  const value = member(custom, name);
  const one = single === undefined ? undefined : member(custom, single);
  if (value === undefined && typeof one === 'string') return [one];
  const list = value === undefined || value === null ? [] : asList(value, name);
  if (list.length <= most) return list;
  throw malformed(name, `are ${most} at most`);
}

/** Whether an image is one of a range. One without a release counter is of none. */
export function isWithin(range: ImageRange, path: string, releaseCounter: number | undefined): boolean {
  return (
    releaseCounter !== undefined &&
    releaseCounter >= range.from &&
    releaseCounter <= (range.to ?? releaseCounter) &&
    matchesPath(range.path, path)
  );
}
