import type { CborValue } from '@kiten/codec';
import type { ComponentIndex, SuitCommand, SuitSequence } from './command.ts';
import { conditionLabels, directiveLabels, flowLabels, isCustomLabel, nameOf } from './labels.ts';
import type { SuitLimits } from './limits.ts';
import { readParameters } from './parameters.ts';
import { asBytes, asCount, asInteger, asList, asMap, decodeItem } from './read.ts';
import { malformed, refusal } from './refusal.ts';

/** What a sequence is read against. */
export interface SequenceContext {
  readonly limits: SuitLimits;
  /** How many components and dependencies the manifest lists. */
  readonly components: number;
  /** How many more commands the manifest may have; counted down while reading. */
  commandsLeft: number;
}

/**
 * Reads a command sequence and all sequences within it.
 *
 * @throws KitenError `update/suit-nesting` for sequences in sequences beyond the limit, `update/suit-too-many-commands`,
 * `update/suit-command-unknown`, `update/suit-index`, or what its CBOR is refused with.
 */
export function readSequence(
  what: string,
  octets: Uint8Array,
  context: SequenceContext,
  depth = 1,
): SuitSequence {
  if (depth > context.limits.nesting) {
    throw refusal(
      'update/suit-nesting',
      `${what} has sequences in sequences, deeper than ${context.limits.nesting}.`,
    );
  }
  const items = asList(what, decodeItem(what, octets));
  if (items.length === 0 || items.length % 2 !== 0) throw malformed(`${what} is no list of pairs.`);
  context.commandsLeft -= items.length / 2;
  if (context.commandsLeft < 0) {
    throw refusal(
      'update/suit-too-many-commands',
      `The manifest has more than ${context.limits.commands} commands.`,
    );
  }
  const commands: SuitCommand[] = [];
  for (let at = 0; at < items.length; at += 2) {
    commands.push(readCommand(what, items[at], items[at + 1], context, depth));
  }
  return commands;
}

function readCommand(
  what: string,
  label: CborValue,
  argument: CborValue,
  context: SequenceContext,
  depth: number,
): SuitCommand {
  const simple = nameOf(conditionLabels, label) ?? nameOf(directiveLabels, label);
  if (simple !== undefined) return { command: simple, policy: asPolicy(what, argument) };
  const command = nameOf(flowLabels, label);
  switch (command) {
    case undefined:
      return customCommand(what, label, argument);
    case 'set-component-index':
      return { command, index: asIndex(what, argument, context) };
    case 'set-parameters':
    case 'override-parameters':
      return { command, parameters: readParameters(what, argument) };
    case 'run-sequence':
      return { command, sequence: readSequence(what, asBytes(what, argument), context, depth + 1) };
    case 'try-each':
      return { command, sequences: alternatives(what, argument, context, depth) };
    case 'override-multiple':
      return {
        command,
        parameters: perComponent(what, argument, context, (item) => readParameters(what, item)),
      };
    case 'copy-parameters':
      return { command, labels: perComponent(what, argument, context, (item) => labelsOf(what, item)) };
  }
}

function alternatives(
  what: string,
  argument: CborValue,
  context: SequenceContext,
  depth: number,
): readonly SuitSequence[] {
  const sequences = asList(what, argument);
  if (sequences.length < 2) throw malformed(`${what} has a try-each with nothing to choose from.`);
  return sequences.map((sequence, index) => {
    if (sequence === null && index === sequences.length - 1) return [];
    return readSequence(what, asBytes(what, sequence), context, depth + 1);
  });
}

function perComponent<Value>(
  what: string,
  argument: CborValue,
  context: SequenceContext,
  read: (item: CborValue) => Value,
): ReadonlyMap<number, Value> {
  const entries = [...asMap(what, argument)];
  if (entries.length === 0) throw malformed(`${what} has a command for no component.`);
  return new Map(entries.map(([index, item]) => [oneIndex(what, index, context), read(item)]));
}

function labelsOf(what: string, value: CborValue): readonly number[] {
  const labels = asList(what, value).map((label) => asInteger(what, label));
  if (labels.length === 0) throw malformed(`${what} copies no parameter.`);
  return labels;
}

function asIndex(what: string, value: CborValue, context: SequenceContext): ComponentIndex {
  if (value === true) return true;
  if (!Array.isArray(value)) return oneIndex(what, value, context);
  const indices = value.map((index) => oneIndex(what, index, context));
  if (indices.length > 0 && new Set(indices).size === indices.length) return indices;
  throw refusal('update/suit-index', `${what} has an empty list of components or one of them twice.`);
}

function oneIndex(what: string, value: CborValue, { components }: SequenceContext): number {
  const index = asCount(what, value);
  if (index < components) return index;
  throw refusal('update/suit-index', `${what} speaks of component ${index} of ${components}.`, { index });
}

function asPolicy(what: string, value: CborValue): number {
  const policy = asCount(what, value);
  if (policy <= 15) return policy;
  throw malformed(`${what} has a reporting policy of more than four bits.`);
}

function customCommand(what: string, label: CborValue, argument: CborValue): SuitCommand {
  if (typeof label !== 'number' || !isCustomLabel(label)) {
    throw refusal('update/suit-command-unknown', `${what} has a command that is not known here.`, { label });
  }
  if (argument === null || typeof argument === 'string' || argument instanceof Uint8Array) {
    return { command: 'custom', label, argument };
  }
  return { command: 'custom', label, argument: asInteger(what, argument) };
}
