import { KitenError, type Verify } from '@kiten/codec';
import type { TufLimits } from '../limits.ts';
import { type MetadataFormat, tufFormat } from '../metadata/format.ts';
import { hasHashes } from '../metadata/hashes.ts';
import type {
  CommonMetadata,
  MetaFile,
  RoleKeys,
  RootMetadata,
  Signed,
  SnapshotMetadata,
  TargetsMetadata,
  TimestampMetadata,
  TopLevelRole,
  TufKeys,
} from '../metadata/model.ts';
import { verifyThreshold } from '../metadata/verify-threshold.ts';
import { checkSnapshotProgress, checkTimestampProgress, isRotated } from './progress.ts';

/** Who delegates to a targets role: the role itself, and the keys that its delegator lists. */
export interface Delegation extends RoleKeys {
  readonly name: string;
  readonly keys: TufKeys;
}

/**
 * What a client trusts in the course of one update, and the rules by which it comes to trust more (TUF §5.3 to §5.6).
 * It keeps nothing and fetches nothing. `restore…` takes what was trusted before, as ground for the checks against
 * rollback; `accept…` takes what has been fetched, and only what it accepts may be kept.
 */
export class TrustedMetadata {
  readonly #clock: number;
  readonly #started: number;
  readonly #limits: TufLimits;
  readonly #verify: Verify;
  readonly #format: MetadataFormat;
  #root: RootMetadata;
  #timestamp: TimestampMetadata | undefined;
  #snapshot: SnapshotMetadata | undefined;
  #targets: TargetsMetadata | undefined;

  /**
   * @param root the trusted root. That it has expired doesn't matter yet (TUF §5.2).
   * @param started the fixed update start time (TUF §5.1), in milliseconds since 1970.
   * @throws KitenError `update/unsigned`, `update/threshold` unless the root is signed by its own keys, or what
   * the format’s reader refuses.
   */
  constructor(
    root: Uint8Array,
    options: {
      started: number;
      /** The latest time that was seen before, in milliseconds since 1970: none before it is believed. */
      notBefore?: number | undefined;
      limits: TufLimits;
      verify: Verify;
      format?: MetadataFormat | undefined;
    },
  ) {
    this.#clock = options.started;
    this.#started = Math.max(options.started, options.notBefore ?? options.started);
    this.#limits = options.limits;
    this.#verify = options.verify;
    this.#format = options.format ?? tufFormat;
    const signed = this.#format.read('root', root, this.#limits.rootBytes);
    this.#root = signed.metadata;
    this.#verifyTopLevel(signed, 'root');
  }

  get root(): RootMetadata {
    return this.#root;
  }

  get timestamp(): TimestampMetadata {
    return this.#timestamp ?? missing('timestamp');
  }

  get snapshot(): SnapshotMetadata {
    return this.#snapshot ?? missing('snapshot');
  }

  get targets(): TargetsMetadata {
    return this.#targets ?? missing('targets');
  }

  /**
   * Takes the next root (TUF §5.3.4 to §5.3.7).
   *
   * @throws KitenError `update/root-not-vouched-for` when too few of the holders before signed it,
   * `update/root-not-self-signed` when too few of its own did, `update/root-version`, or what makes it no root.
   * @returns whether it takes keys of the timestamp or the snapshot away, so that what they signed has to go (§5.3.11).
   */
  acceptRoot(bytes: Uint8Array): boolean {
    const signed = this.#format.read('root', bytes, this.#limits.rootBytes);
    const next = signed.metadata;
    requireSuccession(() => this.#verifyTopLevel(signed, 'root'), 'update/root-not-vouched-for');
    requireSuccession(() => this.#verifyBy(next, signed, 'root'), 'update/root-not-self-signed');
    if (next.version !== this.#root.version + 1) {
      throw new KitenError(
        'update/root-version',
        `After version ${this.#root.version} of the root comes the next one, not ${next.version}.`,
        { detail: { trusted: this.#root.version, found: next.version } },
      );
    }
    const rotated = isRotated(this.#root, next, 'timestamp') || isRotated(this.#root, next, 'snapshot');
    this.#root = next;
    return rotated;
  }

  /** The last root must not have expired (TUF §5.3.10). */
  checkRoot(): void {
    this.#checkExpiry('root', this.#root);
  }

  restoreTimestamp(bytes: Uint8Array): TimestampMetadata {
    const signed = this.#format.read('timestamp', bytes, this.#limits.timestampBytes);
    this.#verifyTopLevel(signed, 'timestamp');
    this.#timestamp = signed.metadata;
    return signed.metadata;
  }

  /**
   * Takes a timestamp (TUF §5.4.2 to §5.4.4).
   *
   * @returns whether it is to be kept. One of the trusted version is set aside, and the trusted one goes on being used.
   */
  acceptTimestamp(bytes: Uint8Array): boolean {
    const signed = this.#format.read('timestamp', bytes, this.#limits.timestampBytes);
    this.#verifyTopLevel(signed, 'timestamp');
    const next = signed.metadata;
    const trusted = this.#timestamp;
    if (trusted !== undefined) checkTimestampProgress(trusted, next);
    const isNew = trusted?.version !== next.version;
    const current = isNew ? next : (trusted ?? next);
    this.#checkExpiry('timestamp', current);
    this.#timestamp = current;
    return isNew;
  }

  /** @returns whether it is the snapshot that the timestamp names, and still holds: then none has to be fetched. */
  restoreSnapshot(bytes: Uint8Array): boolean {
    const signed = this.#format.read('snapshot', bytes, this.#limits.snapshotBytes);
    this.#verifyTopLevel(signed, 'snapshot');
    this.#snapshot = signed.metadata;
    const meta = this.timestamp.snapshot;
    const isNamed = signed.metadata.version === meta.version && this.#isDescribedBy(bytes, meta);
    return isNamed && signed.metadata.expires > this.#started;
  }

  /** Takes a snapshot (TUF §5.5.2 to §5.5.6). */
  acceptSnapshot(bytes: Uint8Array): void {
    const meta = this.timestamp.snapshot;
    this.#checkDescription('snapshot', bytes, meta);
    const signed = this.#format.read('snapshot', bytes, this.#limits.snapshotBytes);
    this.#verifyTopLevel(signed, 'snapshot');
    const next = signed.metadata;
    checkVersion('snapshot', next, meta);
    if (this.#snapshot !== undefined) checkSnapshotProgress(this.#snapshot, next);
    this.#checkExpiry('snapshot', next);
    this.#snapshot = next;
  }

  /** Takes the targets that the root names (TUF §5.6.2 to §5.6.5). */
  acceptTargets(bytes: Uint8Array): void {
    const keys = this.#root.roles.get('targets') ?? missing('targets');
    this.#targets = this.acceptDelegated({ name: 'targets', keys: this.#root.keys, ...keys }, bytes);
  }

  /** Judges the metadata of a targets role by those who delegate to it, and by the snapshot (TUF §5.6.7). */
  acceptDelegated(role: Delegation, bytes: Uint8Array): TargetsMetadata {
    const meta = this.describe(role.name);
    this.#checkDescription(role.name, bytes, meta);
    const signed = this.#format.read('targets', bytes, this.#limits.targetsBytes);
    verifyThreshold(signed, role, this.#verify);
    checkVersion(role.name, signed.metadata, meta);
    this.#checkExpiry(role.name, signed.metadata);
    return signed.metadata;
  }

  /**
   * What the snapshot says of a role's file.
   *
   * @throws KitenError `update/role-not-in-snapshot`.
   */
  describe(role: string): MetaFile {
    const meta = this.snapshot.meta.get(`${role}.json`);
    if (meta !== undefined) return meta;
    throw new KitenError('update/role-not-in-snapshot', `The snapshot has no metadata of the role ${role}.`, {
      detail: { role },
    });
  }

  #verifyTopLevel(signed: Signed, role: TopLevelRole): void {
    this.#verifyBy(this.#root, signed, role);
  }

  #verifyBy(root: RootMetadata, signed: Signed, role: TopLevelRole): void {
    const keys = root.roles.get(role) ?? missing(role);
    verifyThreshold(signed, { name: role, keys: root.keys, ...keys }, this.#verify);
  }

  #isDescribedBy(bytes: Uint8Array, meta: MetaFile): boolean {
    if (meta.length === undefined && meta.hashes === undefined) return true;
    const { length, hashes } = meta;
    return this.#format
      .described(bytes)
      .some(
        (form) =>
          (length === undefined || length === form.length) &&
          (hashes === undefined || hasHashes(form, hashes)),
      );
  }

  /** Before the signatures: whoever described it has been verified, and this is quicker (TUF §5.5.2). */
  #checkDescription(role: string, bytes: Uint8Array, meta: MetaFile): void {
    if (this.#isDescribedBy(bytes, meta)) return;
    throw new KitenError(
      'update/metadata-mismatch',
      `The metadata of ${role} has not the length and hashes that are listed for it.`,
      { detail: { role } },
    );
  }

  #checkExpiry(role: string, { expires }: CommonMetadata): void {
    if (expires > this.#started) return;
    if (expires > this.#clock) {
      throw new KitenError(
        'update/clock-set-back',
        `The metadata of ${role} expired on ${new Date(expires).toISOString()}, which this device has seen pass: its clock was set back.`,
        { detail: { role, expires } },
      );
    }
    throw new KitenError(
      'update/expired',
      `The metadata of ${role} expired on ${new Date(expires).toISOString()}: what is offered may be out of date.`,
      { detail: { role, expires } },
    );
  }
}

/** Who didn’t sign a new root is told apart from who didn’t sign other metadata: there are two sides to it. */
function requireSuccession(
  verify: () => void,
  code: 'update/root-not-vouched-for' | 'update/root-not-self-signed',
): void {
  try {
    verify();
  } catch (cause) {
    const isShort =
      cause instanceof KitenError && (cause.code === 'update/unsigned' || cause.code === 'update/threshold');
    if (!isShort) throw cause;
    const sentences = {
      'update/root-not-vouched-for': 'Too few holders of the trusted root have signed the next one.',
      'update/root-not-self-signed': 'Too few of the holders that the next root names have signed it.',
    };
    throw new KitenError(code, sentences[code], { cause, ...(cause.detail && { detail: cause.detail }) });
  }
}

function checkVersion(role: string, metadata: CommonMetadata, meta: MetaFile): void {
  if (metadata.version === meta.version) return;
  throw new KitenError(
    'update/version-mismatch',
    `The metadata of ${role} is of version ${metadata.version}; version ${meta.version} is listed for it.`,
    { detail: { role, listed: meta.version, found: metadata.version } },
  );
}

function missing(role: string): never {
  throw new KitenError('update/out-of-order', `There is no trusted ${role} yet: refresh first.`, {
    detail: { role },
  });
}
