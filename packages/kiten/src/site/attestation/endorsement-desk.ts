import {
  type CheckedEndorsement,
  checkEndorsement,
  type EndorsementProblem,
  endorsementCertificate,
  type VendorRoot,
} from '@kiten/attestation';
import { type Certificate, type Clock, KitenError, parseCertificate } from '@kiten/codec';
import { nodeVerify, sha256Hex } from '@kiten/identity';
import type { KeptAttester } from '../../store/attesters.ts';
import type { Database } from '../../store/database.ts';
import { deleteVendor, type KeptVendor, putVendor, storedVendors } from '../../store/vendors.ts';
import type { DeviceBook } from '../device-book.ts';
import type { Journal } from '../journal.ts';
import type { Operator } from '../operators.ts';
import type { AttesterBook } from './attester-book.ts';
import type { MakeBook } from './make-book.ts';
import { parseTarget, targetKey, targetsOf } from './targets.ts';

/** What is known of a TPM's maker: nothing at all is no word against it. */
export type JudgedEndorsement =
  | CheckedEndorsement
  | { readonly problem: EndorsementProblem | 'certificate-missing' | 'no-vendors' };

export interface EndorsementDeskParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly book: Pick<DeviceBook, 'find'>;
  readonly makes: MakeBook;
  readonly attesters: AttesterBook;
}

/** A vendor whose endorsement counts. */
export interface Vendor extends KeptVendor {
  readonly root: VendorRoot;
}

interface Judged {
  readonly revision: number;
  readonly until: number;
  readonly judged: JudgedEndorsement;
}

/** A chain is checked again after so long: certificates end. */
const checkedFor = 600_000;
const mostVendors = 1000;
const namePattern = /^[A-Za-z0-9._-]{1,64}$/;

/** Whose TPMs are genuine: roots of vendors, each for the whole site or for some of its devices. */
export class EndorsementDesk {
  readonly #parts: EndorsementDeskParts;
  readonly #vendors = new Map<string, Vendor>();
  readonly #judged = new WeakMap<Uint8Array, Judged>();
  #revision = 0;

  private constructor(parts: EndorsementDeskParts, vendors: readonly KeptVendor[]) {
    this.#parts = parts;
    for (const vendor of vendors) this.#put(vendor);
  }

  static async open(parts: EndorsementDeskParts): Promise<EndorsementDesk> {
    return new EndorsementDesk(parts, await storedVendors(parts.database));
  }

  all(): readonly Vendor[] {
    return [...this.#vendors.values()];
  }

  /** What a vendor says of the TPM that speaks for a device. */
  judge(attester: KeptAttester): JudgedEndorsement {
    const { clock, book, makes } = this.#parts;
    const { endorsementCertificate: der } = attester;
    if (der === undefined) return { problem: 'certificate-missing' };
    const now = clock.now();
    const known = this.#judged.get(der);
    if (known !== undefined && known.revision === this.#revision && now < known.until) return known.judged;
    const targets = new Set(targetsOf(attester.device, book, makes));
    const vendors = this.all()
      .filter(({ kind, target }) => targets.has(`${kind}:${target}`))
      .map(({ root }) => root);
    const judged: JudgedEndorsement =
      vendors.length === 0 ? { problem: 'no-vendors' } : this.#check(attester, der, vendors);
    this.#judged.set(der, { revision: this.#revision, until: now + checkedFor, judged });
    return judged;
  }

  /** The same for an appraisal: undefined where nobody could be asked. */
  checked(attester: KeptAttester): CheckedEndorsement | undefined {
    const judged = this.judge(attester);
    if (judged.problem === 'certificate-missing' || judged.problem === 'no-vendors') return undefined;
    return judged as CheckedEndorsement;
  }

  /** What devices are one of, or belong to, has changed. */
  reconsider(): void {
    this.#revision += 1;
  }

  /**
   * Trusts a vendor's root from now on.
   *
   * @throws KitenError `kiten/vendor-name`, `kiten/vendor-certificate`, `kiten/vendors-full`, `kiten/target`
   */
  async add(name: string, der: Uint8Array, to: string, operator: Operator): Promise<Vendor> {
    const { journal, clock } = this.#parts;
    if (!namePattern.test(name)) {
      throw new KitenError(
        'kiten/vendor-name',
        'A vendor has a name of 1 to 64 of A–Z, a–z, 0–9, “.”, “_”, “-”.',
      );
    }
    const target = parseTarget(to);
    mustBeAuthority(parseCertificate(der));
    const fingerprint = sha256Hex(der);
    if (this.#vendors.size >= mostVendors && !this.#vendors.has(fingerprint))
      throw new KitenError('kiten/vendors-full', `A site knows ${mostVendors} roots of vendors at most.`);
    const addedBy = `operator:${operator.name}`;
    const kept = { fingerprint, name, certificate: der, ...target, addedBy, addedAt: clock.now() };
    const data = { vendor: name, certificate: fingerprint, target: targetKey(target) };
    const event = { type: 'tpm-vendor/added', at: kept.addedAt, actor: addedBy, data };
    await journal.commit([event], (store) => putVendor(store, kept));
    return this.#put(kept);
  }

  /** @throws KitenError `kiten/vendor-unknown` */
  async remove(fingerprint: string, operator: Operator, reason: string): Promise<void> {
    const { journal, clock } = this.#parts;
    const vendor = this.get(fingerprint);
    const event = {
      type: 'tpm-vendor/removed',
      at: clock.now(),
      actor: `operator:${operator.name}`,
      reason,
      data: { vendor: vendor.name, certificate: vendor.fingerprint },
    };
    await journal.commit([event], (store) => deleteVendor(store, vendor.fingerprint));
    this.#vendors.delete(vendor.fingerprint);
    this.#revision += 1;
  }

  /** @throws KitenError `kiten/vendor-unknown` */
  get(fingerprint: string): Vendor {
    const vendor = this.#vendors.get(fingerprint);
    if (vendor !== undefined) return vendor;
    throw new KitenError(
      'kiten/vendor-unknown',
      'No vendor’s root with this fingerprint is trusted here: `kiten attest vendor list` shows them.',
    );
  }

  #put(kept: KeptVendor): Vendor {
    const certificate = parseCertificate(kept.certificate);
    const vendor: Vendor = { ...kept, root: { name: kept.name, certificate } };
    this.#vendors.set(kept.fingerprint, vendor);
    this.#revision += 1;
    return vendor;
  }

  #check(attester: KeptAttester, der: Uint8Array, vendors: readonly VendorRoot[]): CheckedEndorsement {
    const { attesters, clock } = this.#parts;
    const intermediates = attester.intermediates.map(parseCertificate);
    const conditions = { vendors, intermediates, verify: nodeVerify, at: clock.now() };
    return checkEndorsement(attesters.endorsementKey(attester), endorsementCertificate(der), conditions);
  }
}

function mustBeAuthority({ basicConstraints }: Certificate): void {
  if (basicConstraints?.ca === true) return;
  throw new KitenError(
    'kiten/vendor-certificate',
    'This is no certificate of an authority: give the root that the vendor publishes.',
  );
}

/** The attestation key of a device and who vouches for its TPM, as events and answers write it. */
export function endorsementWord(judged: JudgedEndorsement): string {
  return judged.problem === undefined ? `vendor ${judged.vendor.name}` : judged.problem;
}
