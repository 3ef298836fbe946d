import { type Clock, KitenError, type Signer } from '@kiten/codec';
import { generateSigner, nodeVerify, sha256, sha256Hex } from '@kiten/identity';
import {
  judgeSuccession,
  keyIdOf,
  keyObjectOf,
  type Rehearsal,
  type RootMetadata,
  rehearseChange,
  rehearseRecovery,
  type Succession,
} from '@kiten/update';
import { withScratch } from '../../../rehearsal-scratch.ts';
import type { Database } from '../../../store/database.ts';
import { type KeptRotation, putRotation, storedRotations } from '../../../store/update-rotations.ts';
import type { Journal } from '../../journal.ts';
import type { Operator } from '../../operators.ts';
import { Turns } from '../../turns.ts';
import {
  type DirectorFiles,
  firstRoot,
  heldBy,
  namesOnline,
  onlineRoles,
  readRoot,
} from './director-files.ts';
import { begunEvent, cancelledEvent, decidedEvent } from './rotation-events.ts';

export interface RotationParts {
  readonly files: DirectorFiles;
  readonly database: Database;
  readonly journal: Pick<Journal, 'commit'>;
  readonly clock: Clock;
}

/** What the Director speaks under. */
export interface DirectorIdentity {
  readonly root: Uint8Array;
  readonly signer: Signer;
}

/** A rotation that waits for the holders of the root. */
export interface PendingRotation {
  readonly rotation: KeptRotation;
  /** The root that they are to sign, with the signatures that it has. */
  readonly proposal: Uint8Array;
  readonly succession: Succession;
}

const succession = { verify: nodeVerify, sha256 };

/**
 * The Director’s own keys go over to new ones while the site runs: a root that names them is made, signed by the holders of
 * root, written into the log, and put out; then they sign, and the key before is destroyed. Each step is on the disk before
 * the next, and whoever opens this again after a crash carries it on.
 */
export class DirectorRotation {
  readonly #parts: RotationParts;
  readonly #turns = new Turns();
  #identity: DirectorIdentity;
  #listen: (identity: DirectorIdentity) => Promise<void> = async () => undefined;

  private constructor(parts: RotationParts, identity: DirectorIdentity) {
    this.#parts = parts;
    this.#identity = identity;
  }

  /** Makes the first root if there is none, and carries on what was decided. */
  static async open(parts: RotationParts): Promise<DirectorRotation> {
    const { files } = parts;
    const signer = await files.findOrMake('director');
    const rotation = new DirectorRotation(parts, { root: await firstRoot(files, signer), signer });
    await rotation.#carryOn();
    return rotation;
  }

  get identity(): DirectorIdentity {
    return this.#identity;
  }

  /** Hears when the Director is to speak under another root. */
  connect(listen: (identity: DirectorIdentity) => Promise<void>): void {
    this.#listen = listen;
  }

  history(): Promise<readonly KeptRotation[]> {
    return storedRotations(this.#parts.database);
  }

  async pending(): Promise<PendingRotation | undefined> {
    const [rotation] = await this.history();
    const proposal = await this.#parts.files.stagedRoot();
    if (rotation?.state !== 'begun' || proposal === undefined) return undefined;
    return { rotation, proposal, succession: this.#judge(proposal) };
  }

  /**
   * Makes the next keys and a root that names them, and signs it if the root’s key is here. If that is enough the Director
   * goes over to them at once; otherwise the root waits for its holders.
   *
   * @throws KitenError `kiten/director-rotation-under-way`
   */
  begin(stolen: boolean, operator: Operator, reason: string): Promise<void> {
    return this.#turns.take('', async () => {
      const { files, journal, clock } = this.#parts;
      if ((await this.pending()) !== undefined)
        throw new KitenError(
          'kiten/director-rotation-under-way',
          'A root waits for its holders: hand it in with `kiten update director accept`, or take it back with `kiten update director cancel`.',
        );
      const next = await files.findOrMake('director-next');
      const rotation: KeptRotation = {
        ...{ root: this.#root.version + 1, keyId: keyIdOfSigner(next), stolen, state: 'begun' },
        ...{ begunBy: `operator:${operator.name}`, begunAt: clock.now(), reason },
      };
      const held = heldBy(next);
      await files.repository.rotate({ targets: held, snapshot: held, timestamp: held });
      await files.repository.renew('targets');
      await journal.commit([begunEvent(rotation)], (store) => putRotation(store, rotation));
      const holder = await files.find('director-root');
      if (holder !== undefined) await files.repository.sign('root', holder);
      await this.#decideIfComplete(rotation.begunBy);
    });
  }

  /**
   * Takes in the root as its holders have signed it, and goes over to it.
   *
   * @throws KitenError `kiten/director-rotation-none`, `kiten/director-root-other`, `kiten/director-root-incomplete`
   */
  accept(root: Uint8Array, operator: Operator): Promise<void> {
    return this.#turns.take('', async () => {
      const pending = await this.pending();
      if (pending === undefined) throw none();
      if (this.#judge(root).digest !== pending.succession.digest)
        throw new KitenError(
          'kiten/director-root-other',
          'This is not the root that was proposed: its digest is another one.',
        );
      await this.#parts.files.stageRoot(root);
      if (await this.#decideIfComplete(`operator:${operator.name}`)) return;
      throw new KitenError(
        'kiten/director-root-incomplete',
        'Signatures are missing: `kiten update director show` says whose.',
      );
    });
  }

  /** Takes it back. What was signed so far names keys that are destroyed. @throws KitenError `kiten/director-rotation-none` */
  cancel(operator: Operator, reason: string): Promise<void> {
    return this.#turns.take('', async () => {
      const { files, journal, clock } = this.#parts;
      const pending = await this.pending();
      if (pending === undefined) throw none();
      const by = { endedBy: `operator:${operator.name}`, endedAt: clock.now() };
      const cancelled: KeptRotation = { ...pending.rotation, ...by, state: 'cancelled' };
      await journal.commit([cancelledEvent(cancelled, reason)], (store) => putRotation(store, cancelled));
      await files.unstage();
      await files.remove('director-next');
    });
  }

  /** Plays it through on a copy with throw-away keys, up to what devices make of it, and of whoever stole the keys. */
  rehearse(stolen: boolean): Promise<Rehearsal> {
    const { files, clock } = this.#parts;
    const held = Object.fromEntries(
      onlineRoles.map((role) => [role, this.#root.roles.get(role)?.keyIds ?? []]),
    );
    return withScratch(files.directory, clock, (ports) => {
      if (stolen) return rehearseRecovery(ports, held);
      const next = generateSigner('EdDSA');
      const add = Object.fromEntries(onlineRoles.map((role) => [role, [next]]));
      return rehearseChange(ports, { add, remove: held });
    });
  }

  get #root(): RootMetadata {
    return readRoot(this.#identity.root);
  }

  #judge(proposal: Uint8Array): Succession {
    return judgeSuccession(proposal, this.#identity.root, succession);
  }

  /** The log has it before any device can. @returns whether enough have signed */
  async #decideIfComplete(by: string): Promise<boolean> {
    const { journal, clock } = this.#parts;
    const pending = await this.pending();
    if (pending === undefined || !pending.succession.complete) return false;
    const next = await this.#parts.files.findOrMake('director-next');
    if (!namesOnline(readRoot(pending.proposal), next))
      throw new KitenError(
        'kiten/director-root-other',
        'The root names other keys than the ones that were made for it.',
      );
    const decided: KeptRotation = {
      ...{ ...pending.rotation, state: 'decided', sha256: sha256Hex(pending.proposal) },
      ...{ endedBy: by, endedAt: clock.now() },
    };
    const before = keyIdOfSigner(this.#identity.signer);
    await journal.commit([decidedEvent(decided, before)], (store) => putRotation(store, decided));
    await this.#goOver(next);
    return true;
  }

  /** Can be done again after it was cut short anywhere. */
  async #goOver(next: Signer): Promise<void> {
    const { files } = this.#parts;
    if (await files.isStaged('targets')) await files.repository.sign('targets', next);
    await files.repository.publish([next]);
    await files.put('director', next);
    this.#identity = { root: (await files.newestRoot()) as Uint8Array, signer: next };
    await this.#listen(this.#identity);
    await files.remove('director-next');
  }

  /** What a crash has left. */
  async #carryOn(): Promise<void> {
    const next = await this.#parts.files.find('director-next');
    if (next === undefined) return;
    const [newest] = await this.history();
    const isOut = namesOnline(this.#root, next);
    const isDecided = newest?.state === 'decided' && newest.root === this.#root.version + 1;
    if (isOut || isDecided) await this.#goOver(next);
  }
}

export const keyIdOfSigner = ({ algorithm, publicKey }: Signer): string =>
  keyIdOf({ ...keyObjectOf(algorithm, publicKey) });

const none = (): KitenError =>
  new KitenError('kiten/director-rotation-none', 'No root of the Director waits for its holders.');
