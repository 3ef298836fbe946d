import type { ReferenceImage } from '@kiten/attestation';
import { type Clock, KitenError, publicKeyAlgorithm } from '@kiten/codec';
import type { RecordedEvent } from '@kiten/trust';
import type { Database } from '../../store/database.ts';
import {
  deleteReference,
  deleteReferenceKey,
  deleteTarget,
  insertReference,
  insertReferenceKey,
  insertTarget,
  type KeptReference,
  referenceContent,
} from '../../store/references.ts';
import type { DeviceBook } from '../device-book.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import { Turns } from '../turns.ts';
import type { AttesterBook } from './attester-book.ts';
import { type Make, type MakeBook, storeMake } from './make-book.ts';
import type { Foreseen, Reappraisal } from './reappraisal.ts';
import { type Reference, ReferenceBook, readCorim } from './reference-book.ts';
import { parseTarget, type Target, targetKey, targetsOf } from './targets.ts';

export interface ReferenceDeskParts {
  readonly database: Database;
  readonly book: DeviceBook;
  readonly makes: MakeBook;
  readonly attesters: AttesterBook;
  readonly reappraisal: Reappraisal;
  readonly journal: Journal;
  readonly clock: Clock;
  /** What devices are addressed by has changed. */
  readonly readdressed: () => void;
  /** These are held against something else from now on. */
  readonly changed: (devices: readonly string[]) => void;
}

/** What a change of reference values came to, or would come to. */
export interface ReferenceChange {
  /** Devices whose last evidence was held against the new ones. */
  readonly devices: readonly string[];
  readonly falls: readonly Foreseen[];
}

/** What is to be done, and what it is looked at with before it is. */
interface Planned {
  readonly event: RecordedEvent;
  readonly store: Parameters<Journal['commit']>[1];
  /** Puts it in the book, or takes it back out. */
  readonly apply: () => void;
  readonly undo: () => void;
}

const namePattern = /^[A-Za-z0-9._-]{1,64}$/;
const mostReferences = 10_000;

/**
 * What devices are held against. Before a change counts, the last evidence of whoever it concerns is held against the
 * new reference values: who would fall is known first, and the brake goes by it.
 */
export class ReferenceDesk {
  readonly #parts: ReferenceDeskParts;
  readonly #book: ReferenceBook;
  readonly #turns = new Turns();

  private constructor(parts: ReferenceDeskParts, book: ReferenceBook) {
    this.#parts = parts;
    this.#book = book;
  }

  static async open(parts: ReferenceDeskParts): Promise<ReferenceDesk> {
    return new ReferenceDesk(parts, await ReferenceBook.load(parts.database));
  }

  all(): readonly (Reference & { readonly targets: readonly string[] })[] {
    return this.#book.all().map((one) => ({ ...one, targets: this.#book.targetsOf(one.digest) }));
  }

  keys() {
    return this.#book.keys();
  }

  /** What counts for a device now. */
  imagesFor(device: string): readonly ReferenceImage[] {
    const { book, makes, clock } = this.#parts;
    return this.#book.imagesFor(targetsOf(device, book, makes), clock.now());
  }

  /** Whether the last evidence of a device would hold against any of these alone, whatever else counts for it. */
  async holds(device: string, digests: readonly string[]): Promise<boolean> {
    const images = digests.flatMap((digest) => this.#book.find(digest)?.image ?? []);
    if (images.length === 0) return false;
    return (await this.#parts.reappraisal.foresee([device], () => images)).length === 0;
  }

  /** A CoRIM as it came. @throws KitenError `kiten/reference-unknown` */
  async content(digest: string): Promise<Uint8Array> {
    this.#book.get(digest);
    return (await referenceContent(this.#parts.database, digest)) as Uint8Array;
  }

  /**
   * Adds reference values; equal ones are kept once. They count for nobody before they are assigned.
   *
   * @throws KitenError `kiten/reference-signer`, `kiten/references-full`, `attestation/corim-…`
   */
  add(content: Uint8Array, operator: Operator): Promise<Reference> {
    return this.#turns.take('references', async () => {
      const { journal, clock } = this.#parts;
      const { image, signedBy, issuer } = readCorim(content, this.#book.keys());
      const known = this.#book.find(image.id);
      if (known !== undefined) return known;
      if (this.#book.all().length >= mostReferences) throw full();
      const kept: KeptReference = {
        ...{ digest: image.id, name: image.name, addedBy: actor(operator), addedAt: clock.now() },
        ...(signedBy === undefined ? {} : { signedBy }),
        ...(issuer === undefined ? {} : { issuer }),
      };
      const data = { digest: kept.digest, name: kept.name, signedBy: signedBy ?? null };
      const event = { type: 'reference/added', at: kept.addedAt, actor: kept.addedBy, data };
      await journal.commit([event], (store) => insertReference(store, kept, content));
      const reference = { ...kept, image };
      this.#book.put(reference);
      return reference;
    });
  }

  /** Has them count for whoever is addressed. @throws KitenError `kiten/reference-unknown`, `kiten/target` */
  assign(digest: string, to: string, operator: Operator, reason: string, dry = false) {
    const target = { digest: this.#book.get(digest).digest, ...parseTarget(to) };
    return this.#change(this.#addressed([target]), dry, {
      event: this.#event('reference/assigned', operator, reason, { digest, target: targetKey(target) }),
      store: (store) => insertTarget(store, target, actor(operator), this.#parts.clock.now()),
      apply: () => this.#book.assign(target),
      undo: () => this.#book.unassign(target),
    });
  }

  /** @throws KitenError `kiten/reference-unknown`, `kiten/target`, `kiten/reference-not-assigned` */
  unassign(digest: string, from: string, operator: Operator, reason: string, dry = false) {
    const target = { digest: this.#book.get(digest).digest, ...parseTarget(from) };
    if (!this.#book.targetsOf(digest).includes(targetKey(target))) {
      throw new KitenError('kiten/reference-not-assigned', `They are not assigned to ${targetKey(target)}.`);
    }
    return this.#change(this.#addressed([target]), dry, {
      event: this.#event('reference/unassigned', operator, reason, { digest, target: targetKey(target) }),
      store: (store) => deleteTarget(store, target),
      apply: () => this.#book.unassign(target),
      undo: () => this.#book.assign(target),
    });
  }

  /** @throws KitenError `kiten/reference-unknown` */
  remove(digest: string, operator: Operator, reason: string, dry = false) {
    const reference = this.#book.get(digest);
    const targets = this.#book.targetsOf(digest).map(parseTarget);
    return this.#change(this.#addressed(targets), dry, {
      event: this.#event('reference/removed', operator, reason, { digest, name: reference.name }),
      store: (store) => deleteReference(store, digest),
      apply: () => this.#book.remove(digest),
      undo: () => {
        this.#book.put(reference);
        for (const target of targets) this.#book.assign({ digest, ...target });
      },
    });
  }

  /** Says what a device is one of. @throws KitenError `kiten/device-unknown`, `kiten/target` */
  describe(device: string, make: Make, operator: Operator, reason: string, dry = false) {
    const { book, makes, readdressed } = this.#parts;
    const { id } = book.get(device);
    for (const [kind, target] of Object.entries(make)) parseTarget(`${kind}:${target}`);
    const before = makes.find(id);
    const { model = null, lot = null } = make;
    const put = (one: Make) => {
      makes.put(id, one);
      readdressed();
    };
    return this.#change([id], dry, {
      event: this.#event('device/described', operator, reason, { device: id, model, lot }),
      store: (store) => storeMake(store, id, make),
      apply: () => put(make),
      undo: () => put(before),
    });
  }

  /** Lets somebody's signature on reference values count. @throws KitenError `kiten/reference-key`, `codec/…` */
  async addKey(name: string, publicKey: Uint8Array, operator: Operator, reason: string): Promise<void> {
    publicKeyAlgorithm(publicKey);
    if (!namePattern.test(name) || this.#book.keys().some((one) => one.name === name)) {
      throw new KitenError(
        'kiten/reference-key',
        'A key has a name of its own, 1 to 64 of A–Z, a–z, 0–9, “.”, “_”, “-”.',
      );
    }
    const key = { name, publicKey, addedBy: actor(operator), addedAt: this.#parts.clock.now() };
    const event = this.#event('reference-key/added', operator, reason, { name });
    await this.#parts.journal.commit([event], (store) => insertReferenceKey(store, key));
    this.#book.putKey(key);
  }

  /** @throws KitenError `kiten/reference-key-unknown`, `kiten/reference-key-in-use` */
  async removeKey(name: string, operator: Operator, reason: string): Promise<void> {
    if (!this.#book.keys().some((one) => one.name === name)) {
      throw new KitenError(
        'kiten/reference-key-unknown',
        'There is no key of this name for reference values.',
      );
    }
    // What it has signed would count without anybody answering for it.
    if (this.#book.all().some(({ signedBy }) => signedBy === name)) {
      throw new KitenError(
        'kiten/reference-key-in-use',
        `Reference values that ${name} has signed count here: remove those first.`,
      );
    }
    const event = this.#event('reference-key/removed', operator, reason, { name });
    await this.#parts.journal.commit([event], (store) => deleteReferenceKey(store, name));
    this.#book.removeKey(name);
  }

  /** One at a time: each is looked at with all that came before it in place. */
  #change(devices: readonly string[], dry: boolean, planned: Planned): Promise<ReferenceChange> {
    return this.#turns.take('references', async () => {
      const { journal, reappraisal, changed } = this.#parts;
      planned.apply();
      let falls: readonly Foreseen[];
      try {
        const images = new Map(devices.map((device) => [device, this.imagesFor(device)]));
        // Evidence that comes meanwhile is still held against what counts.
        planned.undo();
        falls = await reappraisal.foresee(devices, (device) => images.get(device) ?? []);
      } catch (error) {
        planned.undo();
        throw error;
      }
      if (dry) return { devices, falls };
      await journal.commit([planned.event], planned.store);
      planned.apply();
      await reappraisal.apply(devices, falls);
      changed(devices);
      return { devices, falls };
    });
  }

  /** Devices with a TPM that are addressed by one of these. */
  #addressed(targets: readonly Target[]): readonly string[] {
    const { attesters, book, makes } = this.#parts;
    const wanted = new Set(targets.map(targetKey));
    return [...attesters.all()]
      .map(({ device }) => device)
      .filter(
        (device) =>
          book.find(device) !== undefined &&
          targetsOf(device, book, makes).some((target) => wanted.has(target)),
      );
  }

  #event(type: string, operator: Operator, reason: string, data: RecordedEvent['data']): RecordedEvent {
    return { type, at: this.#parts.clock.now(), actor: actor(operator), reason, data };
  }
}

const actor = ({ name }: Operator): string => `operator:${name}`;

const full = (): KitenError =>
  new KitenError('kiten/references-full', `A site keeps ${mostReferences} sets of reference values at most.`);
