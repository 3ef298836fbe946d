import { type CborMap, encodeCbor } from '@kiten/codec';
import type { SuitSequence } from './command.ts';
import { type ComponentIdentifier, componentKey, componentValue, readComponent } from './component.ts';
import { encodeSequence } from './encode-sequence.ts';
import { commonLabels, conditionLabels, dependencyPrefixLabel } from './labels.ts';
import type { SuitLimits } from './limits.ts';
import { asBytes, asCount, asList, asMap, decodeItem } from './read.ts';
import { readSequence, type SequenceContext } from './read-sequence.ts';
import { malformed, refusal } from './refusal.ts';

/** Another manifest that this one processes (draft-ietf-suit-trust-domains, SUIT_Dependency_Metadata). */
export interface SuitDependency {
  readonly prefix?: ComponentIdentifier;
}

/** What all command sequences of a manifest share (SUIT_Common, draft-ietf-suit-manifest §8.4.5). */
export interface SuitCommon {
  readonly components: readonly ComponentIdentifier[];
  /** By component index. An index behind the last component stands for the dependency's prefix. */
  readonly dependencies: ReadonlyMap<number, SuitDependency>;
  /** Runs before each other sequence, without effects but on parameters. */
  readonly sharedSequence?: SuitSequence;
}

const setting = ['set-component-index', 'set-parameters', 'override-parameters', 'override-multiple'];
const harmless = new Set([...setting, 'copy-parameters', ...Object.keys(conditionLabels)]);

/**
 * @throws KitenError `update/suit-components` for none, too many or one twice, `update/suit-index` for a dependency
 * that is no component, `update/suit-command-forbidden` for a shared command with effects, or what its CBOR and
 * sequences are refused with.
 */
export function readCommon(octets: Uint8Array, limits: SuitLimits): [SuitCommon, SequenceContext] {
  const map = asMap('The common part', decodeItem('The common part', octets));
  for (const label of map.keys()) {
    if (!(Object.values(commonLabels) as unknown[]).includes(label)) {
      throw refusal('update/suit-member-unknown', 'The common part has a member that is not known here.', {
        label,
      });
    }
  }
  const components = readComponents(map, limits);
  const dependencies = readDependencies(map, components.length, limits);
  const indices = Math.max(components.length - 1, ...dependencies.keys()) + 1;
  const context = { limits, components: indices, commandsLeft: limits.commands };
  if (!map.has(commonLabels.sharedSequence)) return [{ components, dependencies }, context];
  const member = asBytes('The shared sequence', map.get(commonLabels.sharedSequence));
  const sharedSequence = readSequence('The shared sequence', member, context);
  checkHarmless(sharedSequence);
  return [{ components, dependencies, sharedSequence }, context];
}

export function encodeCommon({ components, dependencies, sharedSequence }: SuitCommon): Uint8Array {
  const map: CborMap = new Map([[commonLabels.components, components.map(componentValue)]]);
  if (dependencies.size > 0) {
    const entries = Array.from(dependencies, ([index, { prefix }]) => {
      const metadata: CborMap = new Map();
      if (prefix !== undefined) metadata.set(dependencyPrefixLabel, componentValue(prefix));
      return [index, metadata] as const;
    });
    map.set(commonLabels.dependencies, new Map(entries));
  }
  if (sharedSequence !== undefined) map.set(commonLabels.sharedSequence, encodeSequence(sharedSequence));
  return encodeCbor(map);
}

function readComponents(map: CborMap, limits: SuitLimits): readonly ComponentIdentifier[] {
  const list = map.has(commonLabels.components) ? map.get(commonLabels.components) : [];
  const components = asList('The list of components', list).map((item) => readComponent('A component', item));
  if (components.length > limits.components) {
    throw refusal('update/suit-components', `The manifest lists more than ${limits.components} components.`);
  }
  if (new Set(components.map(componentKey)).size < components.length) {
    throw refusal('update/suit-components', 'The manifest lists a component twice.');
  }
  if (components.length === 0) throw refusal('update/suit-components', 'The manifest lists no component.');
  return components;
}

function readDependencies(
  map: CborMap,
  components: number,
  limits: SuitLimits,
): ReadonlyMap<number, SuitDependency> {
  if (!map.has(commonLabels.dependencies)) return new Map();
  const entries = [...asMap('The map of dependencies', map.get(commonLabels.dependencies))];
  if (entries.length === 0 || entries.length > limits.components) {
    throw malformed('The map of dependencies is empty or too large.');
  }
  let behind = components;
  return new Map(
    entries.map(([key, value]) => {
      const index = asCount('The index of a dependency', key);
      const metadata = asMap('What is said of a dependency', value);
      const dependency = readDependency(metadata);
      if (index < components) return [index, dependency];
      if (index !== behind || dependency.prefix === undefined) {
        throw refusal(
          'update/suit-index',
          `The dependency ${index} is no component and has no place of its own.`,
          {
            index,
          },
        );
      }
      behind += 1;
      return [index, dependency];
    }),
  );
}

function readDependency(metadata: CborMap): SuitDependency {
  for (const label of metadata.keys()) {
    if (label !== dependencyPrefixLabel) {
      throw refusal('update/suit-member-unknown', 'A dependency has a member that is not known here.', {
        label,
      });
    }
  }
  if (!metadata.has(dependencyPrefixLabel)) return {};
  return { prefix: readComponent('The prefix of a dependency', metadata.get(dependencyPrefixLabel)) };
}

/** SUIT_Shared_Sequence: no effects but on parameters, and no manufacturer's own commands (§6.2, §8.4.5). */
function checkHarmless(sequence: SuitSequence): void {
  for (const command of sequence) {
    if (command.command === 'run-sequence') checkHarmless(command.sequence);
    else if (command.command === 'try-each') command.sequences.forEach(checkHarmless);
    else if (!harmless.has(command.command)) {
      throw refusal(
        'update/suit-command-forbidden',
        `The shared sequence may set and check, but has the command ${command.command}.`,
      );
    }
  }
}
