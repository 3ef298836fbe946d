import type { Mark } from './mark.ts';
import type { Role } from './role.ts';
import type { Atom } from './term.ts';

/** Media type of a verdict bundle. */
export const bundleMediaType = 'application/vnd.kiten.verdict+cbor';

/** What a bundle begins with. */
export const bundleFormat = { name: 'kiten-verdict', version: 1 } as const;

/** Kinds of leaves, as a bundle numbers them. */
export const leafKinds = { root: 0, statement: 1, absence: 2, presence: 3 } as const;

/** Bounds of a bundle (docs/verdict-bundle.md, The bundle). */
export const bundleLimits = {
  bytes: 65_536,
  keys: 64,
  leaves: 256,
  steps: 1024,
  nodes: 2048,
  /** Hashes in a path, each of 32 bytes. */
  path: 63,
} as const;

/** A derivation of a verdict with the proofs of what it rests on (docs/verdict-bundle.md). */
export interface Bundle {
  readonly rules: {
    /** SHA-256 of the rule set. */
    readonly digest: Uint8Array;
    /** The encoded rule set; absent in the compact form. */
    readonly text?: Uint8Array;
  };
  /** The log's checkpoint, a signed note with all its signature lines. */
  readonly checkpoint: string;
  /** DER SubjectPublicKeyInfos of those who signed the statements. */
  readonly keys: readonly Uint8Array[];
  readonly leaves: readonly BundleLeaf[];
  readonly steps: readonly Step[];
  /** What the last step concludes. */
  readonly goal: Atom;
}

export type BundleLeaf = RootLeaf | StatementLeaf | AbsenceLeaf | PresenceLeaf;

/** A key that is believed from the start, by the SHA-256 of its SubjectPublicKeyInfo. */
export interface Root {
  readonly keyId: Uint8Array;
  readonly role: Role;
}

/** The trust file names a key as a root. */
export interface RootLeaf extends Root {
  readonly kind: 'root';
}

/** The log holds a statement. */
export interface StatementLeaf extends InclusionProof {
  readonly kind: 'statement';
  readonly statement: Uint8Array;
}

/** The tree of marks does not hold a mark: these would be its neighbours. */
export interface AbsenceLeaf extends AbsenceProof {
  readonly kind: 'absence';
  readonly mark: Mark;
}

/** The tree of marks holds a mark. */
export interface PresenceLeaf extends InclusionProof {
  readonly kind: 'presence';
  readonly mark: Mark;
}

/** A leaf's place in a Merkle tree, and its audit path, lowest sibling first (RFC 9162 §2.1.3.1). */
export interface InclusionProof {
  readonly index: number;
  readonly path: readonly Uint8Array[];
}

export interface AbsenceProof {
  readonly left: Neighbour | null;
  readonly right: Neighbour | null;
}

/** A mark that is in the tree, as its bytes. */
export interface Neighbour extends InclusionProof {
  readonly mark: Uint8Array;
}

/** The number of a rule, then the node of each premise: atoms of the leaves come first, then the steps' conclusions. */
export type Step = readonly [rule: number, ...premises: number[]];
