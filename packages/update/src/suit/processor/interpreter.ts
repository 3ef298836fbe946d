import { KitenError } from '@kiten/codec';
import type { ComponentIndex, SuitCommand, SuitSequence } from '../command.ts';
import {
  type ConditionName,
  conditionLabels,
  type DirectiveName,
  parameterLabels,
  type SuitSectionName,
} from '../labels.ts';
import type { SuitParameters } from '../parameters.ts';
import { refusal } from '../refusal.ts';
import { checkCondition } from './conditions.ts';
import { checkedDependency } from './dependencies.ts';
import { carryOut } from './directives.ts';
import { componentAt, type Frame, type Place } from './frame.ts';
import type { Procedure } from './procedure.ts';

/** Why a condition failed; undefined if all held. What a directive fails with is thrown instead. */
type Failure = KitenError | undefined;

interface Scope {
  readonly frame: Frame;
  readonly section: SuitSectionName;
  indices: readonly number[];
  /** undefined outside try-each and run-sequence, where it must not be set (draft-ietf-suit-manifest §8.4.8.15). */
  softFailure: boolean | undefined;
}

/**
 * Runs one section of a manifest, its shared sequence before it (draft-ietf-suit-manifest §6.4).
 *
 * @throws KitenError why it failed.
 */
export async function runSection(frame: Frame, section: SuitSectionName, run: Procedure): Promise<void> {
  const member = frame.suit.manifest.sections[section];
  if (member === undefined) return;
  if (member.content === undefined) {
    throw refusal(
      'update/suit-severed',
      `The section ${section} was severed from the manifest and cannot be run.`,
    );
  }
  const { sharedSequence = [] } = frame.suit.manifest.common;
  for (const sequence of [sharedSequence, member.content]) {
    const failure = await runSequence(
      sequence,
      { frame, section, indices: [0], softFailure: undefined },
      run,
    );
    if (failure !== undefined) throw failure;
  }
}

async function runSequence(sequence: SuitSequence, scope: Scope, run: Procedure): Promise<Failure> {
  for (const command of sequence) {
    run.step();
    if (command.command === 'set-component-index') {
      scope.indices = indicesOf(command.index, scope.frame);
    } else if (command.command === 'override-multiple') {
      for (const [index, parameters] of command.parameters) override({ ...scope, index }, parameters, run);
    } else {
      for (const index of scope.indices) {
        if (scope.indices.length > 1) run.step();
        const failure = await runCommand(
          command,
          scope,
          { frame: scope.frame, section: scope.section, index },
          run,
        );
        if (failure !== undefined) return failure;
      }
    }
  }
  return undefined;
}

async function runCommand(
  command: SuitCommand,
  scope: Scope,
  place: Place,
  run: Procedure,
): Promise<Failure> {
  switch (command.command) {
    case 'override-parameters':
      setSoftFailure(command.parameters, scope);
      override(place, command.parameters, run);
      return undefined;
    case 'set-parameters':
      setSoftFailure(command.parameters, scope);
      setMissing(place, command.parameters, run);
      return undefined;
    case 'copy-parameters':
      for (const [source, labels] of command.labels) copyParameters(place, source, labels, run);
      return undefined;
    case 'try-each':
      return tryEach(command.sequences, place, run);
    case 'run-sequence': {
      const inner: Scope = { ...place, indices: [place.index], softFailure: false };
      const failure = await runSequence(command.sequence, inner, run);
      return inner.softFailure === true ? undefined : failure;
    }
    case 'custom':
      return recorded(command.command, place, run, () =>
        customCommand(command.label, command.argument, place, run),
      );
    case 'set-component-index':
    case 'override-multiple':
      return undefined;
    default:
      return recorded(command.command, place, run, () => simpleCommand(command.command, place, run));
  }
}

async function simpleCommand(
  command: ConditionName | DirectiveName,
  place: Place,
  run: Procedure,
): Promise<Failure> {
  if (isCondition(command)) return checkCondition(command, place, run);
  if (command === 'process-dependency') await processDependency(place, run);
  else await carryOut(command, place, run);
  return undefined;
}

const isCondition = (command: string): command is ConditionName => command in conditionLabels;

/** Each alternative until one holds. Whatever fails softly leaves the parameters that it has set. */
async function tryEach(sequences: readonly SuitSequence[], place: Place, run: Procedure): Promise<Failure> {
  let last: Failure;
  for (const sequence of sequences) {
    const inner: Scope = { ...place, indices: [place.index], softFailure: true };
    const failure = await runSequence(sequence, inner, run);
    if (failure === undefined) return undefined;
    if (inner.softFailure === false) return failure;
    last = failure;
  }
  return refusal(
    'update/suit-no-alternative',
    `None of the alternatives holds; the last: ${last?.message}`,
    undefined,
    last,
  );
}

/** The same section of the dependency, its shared sequence before it (draft-ietf-suit-trust-domains). */
async function processDependency(place: Place, run: Procedure): Promise<void> {
  const child = checkedDependency(place);
  checkComponents(child, run);
  await runSection(child, place.section, run);
  place.frame.processed.add(`${place.section} ${place.index}`);
}

async function customCommand(
  label: number,
  argument: number | string | Uint8Array | null,
  place: Place,
  { device }: Procedure,
): Promise<Failure> {
  if (device.custom === undefined) {
    throw refusal('update/suit-unsupported', `The device has no command ${label} of its own.`);
  }
  if (await device.custom(label, argument, componentAt(place))) return undefined;
  return refusal('update/suit-custom-failed', `The device's own command ${label} fails.`);
}

async function recorded(
  command: string,
  place: Place,
  run: Procedure,
  act: () => Promise<Failure>,
): Promise<Failure> {
  const record = { section: place.section, component: componentAt(place), command };
  try {
    const failure = await act();
    run.records.push(failure === undefined ? record : { ...record, failure: failure.code });
    return failure;
  } catch (error) {
    if (error instanceof KitenError) run.records.push({ ...record, failure: error.code });
    throw error;
  }
}

/** Every component of a manifest has a place on the device (draft-ietf-suit-manifest §6.2). */
export function checkComponents({ suit, components }: Frame, run: Procedure): void {
  for (const component of components.slice(0, suit.manifest.common.components.length)) {
    if (!run.transaction.has(component)) {
      throw refusal('update/suit-component-unsupported', 'The device has no such component.', { component });
    }
  }
}

function indicesOf(index: ComponentIndex, frame: Frame): readonly number[] {
  if (index === true) return frame.components.map((_, at) => at);
  return typeof index === 'number' ? [index] : index;
}

function setSoftFailure({ softFailure }: SuitParameters, scope: Scope): void {
  if (softFailure === undefined) return;
  if (scope.softFailure === undefined) {
    throw refusal('update/suit-soft-failure', 'Failing softly is for sequences within sequences.');
  }
  scope.softFailure = softFailure;
}

/** What belongs to the component; how to go on if something fails is the sequence's. */
function ofComponent({ softFailure, strictOrder, ...parameters }: SuitParameters): SuitParameters {
  return parameters;
}

function override(place: Place, parameters: SuitParameters, run: Procedure): void {
  run.setParameters(componentAt(place), ofComponent(parameters));
}

function setMissing(place: Place, parameters: SuitParameters, run: Procedure): void {
  const isDependency = place.frame.suit.manifest.common.dependencies.has(place.index);
  if (parameters.imageDigest !== undefined && !isDependency) {
    // Otherwise whoever depends on the manifest could choose another image for it (draft-ietf-suit-manifest §7).
    throw refusal(
      'update/suit-parameter-override',
      'The digest of an image is set so that others can set it before.',
    );
  }
  const before = run.parametersOf(componentAt(place));
  run.setParameters(componentAt(place), { ...ofComponent(parameters), ...before });
}

/** draft-ietf-suit-update-management, suit-directive-copy-params. */
function copyParameters(place: Place, source: number, labels: readonly number[], run: Procedure): void {
  const { custom, ...named } = run.parametersOf(componentAt({ ...place, index: source }));
  const known: Readonly<Record<string, number>> = parameterLabels;
  const copied = Object.entries(named).filter(([name]) => labels.includes(known[name] as number));
  const own = [...(custom ?? [])].filter(([label]) => labels.includes(label));
  run.setParameters(componentAt(place), {
    ...Object.fromEntries(copied),
    ...(own.length > 0 && { custom: new Map(own) }),
  });
}
