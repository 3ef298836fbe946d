import { type CborValue, encodeCbor } from '@kiten/codec';
import type { SuitCommand, SuitSequence } from './command.ts';
import { conditionLabels, directiveLabels, flowLabels } from './labels.ts';
import { parametersValue } from './parameters.ts';

const plain: Readonly<Record<string, number>> = { ...conditionLabels, ...directiveLabels };

/** The octets of a command sequence (SUIT_Command_Sequence). */
export const encodeSequence = (sequence: SuitSequence): Uint8Array => encodeCbor(sequence.flatMap(pair));

function pair(command: SuitCommand): CborValue[] {
  switch (command.command) {
    case 'set-component-index':
      return [
        flowLabels[command.command],
        Array.isArray(command.index) ? [...command.index] : indexValue(command.index),
      ];
    case 'set-parameters':
    case 'override-parameters':
      return [flowLabels[command.command], parametersValue(command.parameters)];
    case 'run-sequence':
      return [flowLabels[command.command], encodeSequence(command.sequence)];
    case 'try-each':
      return [
        flowLabels[command.command],
        command.sequences.map((one) => (one.length === 0 ? null : encodeSequence(one))),
      ];
    case 'override-multiple':
      return [
        flowLabels[command.command],
        new Map(
          Array.from(command.parameters, ([index, parameters]) => [index, parametersValue(parameters)]),
        ),
      ];
    case 'copy-parameters':
      return [
        flowLabels[command.command],
        new Map(Array.from(command.labels, ([index, labels]) => [index, [...labels]])),
      ];
    case 'custom':
      return [command.label, command.argument];
    default:
      return [plain[command.command], command.policy];
  }
}

const indexValue = (index: unknown): CborValue => index as number | true;
