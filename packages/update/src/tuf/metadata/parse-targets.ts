import { asFields, type Fields, fieldsAt, member, wholeAt } from './fields.ts';
import { parseHashes } from './hashes.ts';
import type { KeyReader } from './key.ts';
import type { CommonMetadata, TargetFile, TargetsMetadata } from './model.ts';
import { parseDelegations } from './parse-delegations.ts';

/** The signed part of a targets role, delegated or not (TUF §4.5). */
export function parseTargets(signed: Fields, common: CommonMetadata, readKeys: KeyReader): TargetsMetadata {
  const targets = new Map<string, TargetFile>();
  for (const [path, value] of Object.entries(fieldsAt(signed, 'targets'))) {
    targets.set(path, parseTargetFile(asFields(value, 'targets')));
  }
  const delegations = member(signed, 'delegations');
  return {
    type: 'targets',
    ...common,
    targets,
    ...(delegations !== undefined && {
      delegations: parseDelegations(asFields(delegations, 'delegations'), readKeys),
    }),
  };
}

function parseTargetFile(fields: Fields): TargetFile {
  const custom = member(fields, 'custom');
  return {
    length: wholeAt(fields, 'length', 0),
    hashes: parseHashes(fields),
    ...(custom !== undefined && { custom: asFields(custom, 'custom') }),
  };
}
