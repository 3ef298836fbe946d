import { KitenError, type Sha256, toHex, type Verify } from '@kiten/codec';
import { defaultTufLimits } from '../tuf/limits.ts';
import type { RootMetadata, Signed } from '../tuf/metadata/model.ts';
import { parseMetadata } from '../tuf/metadata/parse-metadata.ts';
import { signersAmong } from '../tuf/metadata/verify-threshold.ts';
import { compareRoots, type RootDifference } from './compare-roots.ts';
import { keysOfRole, type RoleHolder } from './role-holders.ts';

/** Whose signatures a new root takes, and whose it has. */
export interface SignatureNeed {
  /** By the holders that the root before names, or those that the new one names itself. */
  readonly by: 'before' | 'after';
  readonly threshold: number;
  readonly holders: readonly (RoleHolder & { readonly publicKey: Uint8Array; readonly signed: boolean })[];
  /** How many are still to sign. */
  readonly missing: number;
}

/** A root that is on its way. */
export interface Succession {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly expires: number;
  /** The SHA-256 of what is signed, in hexadecimal: what its holders read out to each other. */
  readonly digest: string;
  /** Against the root before; nothing for a first one. */
  readonly differences: readonly RootDifference[];
  readonly needs: readonly SignatureNeed[];
  readonly complete: boolean;
}

export interface SuccessionOptions {
  readonly verify: Verify;
  readonly sha256: Sha256;
  /** Of a root that no other vouches for; otherwise it comes after the one before, or is the first. */
  readonly version?: number;
}

/**
 * How far a new root has come: what it changes, who has signed it and who is still to (TUF §5.3.4).
 *
 * @param before the root that the holder trusts; nothing for the first of a repository.
 * @throws KitenError `update/root-version` unless it is the next one, or what makes either file no root.
 */
export function judgeSuccession(
  proposal: Uint8Array,
  before: Uint8Array | undefined,
  { verify, sha256, version: expected }: SuccessionOptions,
): Succession {
  const next = parseRoot(proposal);
  const old = before === undefined ? undefined : parseRoot(before).metadata;
  const { version, expires } = next.metadata;
  if (version !== (expected ?? (old?.version ?? 0) + 1)) {
    throw new KitenError(
      'update/root-version',
      old === undefined
        ? `This is version ${version} of a root. Say which root it follows.`
        : `After version ${old.version} of the root comes the next one, not ${version}.`,
      { detail: { trusted: old?.version ?? 0, found: version } },
    );
  }
  const needs = [
    ...(old === undefined ? [] : [needOf('before', old, next, verify)]),
    needOf('after', next.metadata, next, verify),
  ];
  return {
    ...{ version, expires, needs },
    digest: toHex(sha256(next.signedBytes)),
    differences: old === undefined ? [] : compareRoots(old, next.metadata),
    complete: needs.every(({ missing }) => missing === 0),
  };
}

const parseRoot = (bytes: Uint8Array): Signed<RootMetadata> =>
  parseMetadata('root', bytes, defaultTufLimits.rootBytes);

function needOf(by: SignatureNeed['by'], root: RootMetadata, signed: Signed, verify: Verify): SignatureNeed {
  const role = root.roles.get('root')!;
  const signers = signersAmong(signed, { keys: root.keys, keyIds: role.keyIds }, verify);
  const holders = keysOfRole(root, 'root').map(({ keyId, holder, material }) => ({
    keyId,
    ...(holder !== undefined && { holder }),
    publicKey: material!.publicKey,
    signed: signers.has(toHex(material!.publicKey)),
  }));
  const missing = Math.max(0, role.threshold - signers.size);
  return { by, threshold: role.threshold, holders, missing };
}
