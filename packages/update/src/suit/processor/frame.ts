import type { ComponentIdentifier } from '../component.ts';
import type { SuitSectionName } from '../labels.ts';
import type { VerifiedSuit } from '../verify-envelope.ts';

/** One manifest while it is processed: the root, or one that another depends on. */
export interface Frame {
  readonly suit: VerifiedSuit;
  /** By component index, dependencies that are no components behind them. */
  readonly components: readonly ComponentIdentifier[];
  readonly parent: Frame | undefined;
  readonly depth: number;
  /** Dependencies whose integrity was checked, by component index. */
  readonly children: Map<number, Frame>;
  /** The sections of dependencies that were run, as `install 2`. */
  readonly processed: Set<string>;
}

export function frameOf(suit: VerifiedSuit, parent?: Frame, prefix: ComponentIdentifier = []): Frame {
  const { components, dependencies } = suit.manifest.common;
  const own = components.map((component) => [...prefix, ...component]);
  const behind = [...dependencies]
    .filter(([index]) => index >= components.length)
    .map(([, dependency]) => dependency.prefix ?? []);
  return {
    suit,
    components: [...own, ...behind],
    parent,
    depth: (parent?.depth ?? 0) + 1,
    children: new Map(),
    processed: new Set(),
  };
}

/** Where a command stands. */
export interface Place {
  readonly frame: Frame;
  readonly section: SuitSectionName;
  readonly index: number;
}

/** The component that a command is about. */
export const componentAt = ({ frame, index }: Place): ComponentIdentifier =>
  frame.components[index] as ComponentIdentifier;
