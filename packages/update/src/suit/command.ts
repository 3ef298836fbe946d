import type { ConditionName, DirectiveName } from './labels.ts';
import type { SuitParameters } from './parameters.ts';

/** One component, several, or all of the manifest (draft-ietf-suit-manifest §6.5). */
export type ComponentIndex = number | readonly number[] | true;

/** One command of a sequence with its argument (SUIT_Command_Sequence, draft-ietf-suit-manifest §8.4.6). */
export type SuitCommand =
  | { readonly command: 'set-component-index'; readonly index: ComponentIndex }
  | {
      readonly command: 'set-parameters' | 'override-parameters';
      readonly parameters: SuitParameters;
    }
  /** An empty sequence at the end lets everything before it fail. */
  | { readonly command: 'try-each'; readonly sequences: readonly SuitSequence[] }
  | { readonly command: 'run-sequence'; readonly sequence: SuitSequence }
  | {
      readonly command: 'override-multiple';
      readonly parameters: ReadonlyMap<number, SuitParameters>;
    }
  | { readonly command: 'copy-parameters'; readonly labels: ReadonlyMap<number, readonly number[]> }
  | {
      readonly command: 'custom';
      readonly label: number;
      readonly argument: number | string | Uint8Array | null;
    }
  | {
      readonly command: ConditionName | DirectiveName;
      /** Bits: record success 1, record failure 2, system information on success 4, on failure 8 (§8.4.7). */
      readonly policy: number;
    };

export type SuitSequence = readonly SuitCommand[];
