import type { AlgorithmName } from '@kiten/codec';
import type { Fields } from './fields.ts';

/** The four roles that the root names (TUF §2.1). All others are delegated by targets roles. */
export const topLevelRoles = ['root', 'timestamp', 'snapshot', 'targets'] as const;

export type TopLevelRole = (typeof topLevelRoles)[number];

/** What `_type` says. Delegated roles are of type `targets`. */
export type MetadataType = TopLevelRole;

/** A public key (TUF §4.2.2), its key id recomputed. */
export interface TufKey {
  readonly keyId: string;
  readonly keyType: string;
  readonly scheme: string;
  /** Who holds it, as the root says for those who read it: {@link holderMember}. Nothing rests on it. */
  readonly holder?: string;
  /** Absent when the kind of key, or its scheme, isn't known here: it verifies nothing, and spoils nothing. */
  readonly material?: { readonly algorithm: AlgorithmName; readonly publicKey: Uint8Array };
}

export type TufKeys = ReadonlyMap<string, TufKey>;

/** Whose signatures a role takes, and of how many keys. */
export interface RoleKeys {
  readonly keyIds: readonly string[];
  /** At least 1. */
  readonly threshold: number;
}

/** What all metadata says (TUF §4.3). */
export interface CommonMetadata {
  readonly specVersion: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** What more is said than the standard knows. */
  readonly custom?: Fields;
}

export interface RootMetadata extends CommonMetadata {
  readonly type: 'root';
  readonly consistentSnapshot: boolean;
  readonly keys: TufKeys;
  readonly roles: ReadonlyMap<string, RoleKeys>;
}

/** What one metadata file says of another (TUF §4.4). */
export interface MetaFile {
  readonly version: number;
  readonly length?: number;
  readonly hashes?: Hashes;
}

/** Lower-case hexadecimal by the name of the hash function: `sha256`, `sha512`. */
export type Hashes = ReadonlyMap<string, string>;

export interface TimestampMetadata extends CommonMetadata {
  readonly type: 'timestamp';
  readonly snapshot: MetaFile;
}

export interface SnapshotMetadata extends CommonMetadata {
  readonly type: 'snapshot';
  /** By file name: `targets.json`, `ROLE.json`. */
  readonly meta: ReadonlyMap<string, MetaFile>;
}

/** What a targets role says of one file (TUF §4.5). */
export interface TargetFile {
  readonly length: number;
  readonly hashes: Hashes;
  readonly custom?: Fields;
}

/** Another role that may speak for some paths (TUF §4.5). */
export interface DelegatedRole extends RoleKeys {
  readonly name: string;
  readonly terminating: boolean;
  /** The kinds of hardware whose images it may speak for (Uptane 2.1 §5.2.3.2); without, for those of any. */
  readonly hardwareIds?: readonly string[];
  /** Without either it speaks for nothing. */
  readonly paths?: readonly string[];
  readonly pathHashPrefixes?: readonly string[];
}

/** 2^bitLength roles, each for the paths whose SHA-256 begins with its number (TAP 15). */
export interface SuccinctRoles extends RoleKeys {
  /** 1 to 32. */
  readonly bitLength: number;
  readonly namePrefix: string;
}

export interface Delegations {
  readonly keys: TufKeys;
  /** In the order of their priority. */
  readonly roles: readonly DelegatedRole[];
  readonly succinct?: SuccinctRoles;
}

export interface TargetsMetadata extends CommonMetadata {
  readonly type: 'targets';
  readonly targets: ReadonlyMap<string, TargetFile>;
  readonly delegations?: Delegations;
}

export type Metadata = RootMetadata | TimestampMetadata | SnapshotMetadata | TargetsMetadata;

export type MetadataOf<T extends MetadataType> = Extract<Metadata, { readonly type: T }>;

/** A signature as it stands beside the metadata: hexadecimal, not yet judged. */
export interface MetadataSignature {
  readonly keyId: string;
  readonly signature: string;
  /** What it was made with, where it says so itself and its key doesn’t. */
  readonly algorithm?: AlgorithmName;
}

/** A metadata file: what is signed, and by whom. */
export interface Signed<M extends Metadata = Metadata> {
  readonly metadata: M;
  readonly signatures: readonly MetadataSignature[];
  /** What the signatures are over. */
  readonly signedBytes: Uint8Array;
  /** The same in another form, which they may be over instead. */
  readonly otherBytes?: Uint8Array;
}
