import { type Certificate, type Clock, KitenError, parseCertificate, type Signer, toHex } from '@kiten/codec';
import { fingerprint, generateSigner, issuerId } from '@kiten/identity';
import { certificateRows } from '../store/certificates.ts';
import type { Database } from '../store/database.ts';
import type { RootSuccessor } from './issuing-authorities.ts';
import type { Journal } from './journal.ts';
import type { SiteKeys } from './keys.ts';
import type { Operator } from './operators.ts';

/** A CA of the site, as people see it. */
export interface AuthorityView {
  readonly kind: 'root' | 'issuing';
  /** `current` issues; `previous` is honoured until it ends. */
  readonly state: 'current' | 'previous';
  readonly id: string;
  readonly fingerprint: string;
  /** Milliseconds since the Unix epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface CertificateAuthorityDeskParts {
  readonly keys: SiteKeys;
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Brings new certificates and lists to every door. */
  readonly renewTls: () => Promise<void>;
}

/** How long the key of a successor waits for the root's signature, in milliseconds. */
const patience = 3_600_000;

/**
 * Changes the issuing CA without cutting anybody: the site makes the key, whoever holds the root's key signs, and from
 * then on the new one issues while certificates of the old one hold until they end. The root changes likewise, with
 * certificates that lead from either root to the other, until the one before is retired.
 */
export class CertificateAuthorityDesk {
  readonly #parts: CertificateAuthorityDeskParts;
  #asked: { readonly signer: Signer; readonly at: number } | undefined;

  constructor(parts: CertificateAuthorityDeskParts) {
    this.#parts = parts;
  }

  all(): readonly AuthorityView[] {
    const { keys, clock } = this.#parts;
    const issuing = keys.issuing
      .inForce(clock)
      .map(({ certificate }, at) => viewOf(certificate, 'issuing', at === 0 ? 'current' : 'previous'));
    const { root, previousRoot } = keys.authority;
    const before = previousRoot === undefined ? [] : [viewOf(previousRoot, 'root', 'previous')];
    return [viewOf(root, 'root', 'current'), ...before, ...issuing];
  }

  /** Makes the key of a successor. @returns its public key (SPKI, DER), for the root to sign */
  begin(): Uint8Array {
    this.#asked = { signer: generateSigner('ES256'), at: this.#parts.clock.now() };
    return this.#asked.signer.publicKey;
  }

  /**
   * Lets the successor issue from now on.
   *
   * @param signed the root's word for the key, and its revocation list to go with it; DER
   * @throws KitenError `kiten/rollover-not-begun`, `identity/authority-…`, `kiten/root-list`
   */
  async finish(
    signed: { readonly certificate: Uint8Array; readonly rootList: Uint8Array },
    operator: Operator,
    reason: string,
  ): Promise<readonly AuthorityView[]> {
    const added = await this.#parts.keys.issuing.add({ signer: this.#waiting(), ...signed });
    return this.#changed('authority/rolled-over', added, operator, reason);
  }

  /**
   * Lets a new root take over, and the successor issue under it.
   *
   * @throws KitenError as `finish` does, and `kiten/root-overlap`
   */
  async succeedRoot(
    signed: Omit<RootSuccessor, 'signer'>,
    operator: Operator,
    reason: string,
  ): Promise<readonly AuthorityView[]> {
    const { keys } = this.#parts;
    await keys.issuing.succeed({ signer: this.#waiting(), ...signed });
    return this.#changed('authority/root-rolled-over', keys.authority.root, operator, reason);
  }

  /** Who is cut when the root of before is retired: devices that have no certificate under the present one, by name. */
  async cutByRetiring(): Promise<readonly string[]> {
    const { keys, database, clock } = this.#parts;
    const { previousRoot } = keys.authority;
    if (previousRoot === undefined) return [];
    const before = keys.issuing.under(previousRoot);
    const renewed = new Map<string, boolean>();
    for await (const { device, der } of certificateRows(database, clock.now())) {
      const { authorityKeyIdentifier: issuer } = parseCertificate(der);
      const present = issuer !== undefined && !before.has(toHex(issuer));
      renewed.set(device, present || renewed.get(device) === true);
    }
    return [...renewed].flatMap(([device, present]) => (present ? [] : [device])).toSorted();
  }

  /** Honours the root of before no more, nor what was issued under it. @throws KitenError `kiten/root-alone` */
  async retireRoot(operator: Operator, reason: string): Promise<readonly AuthorityView[]> {
    const retired = await this.#parts.keys.issuing.retire();
    return this.#changed('authority/root-retired', retired, operator, reason);
  }

  /** The key that waits for the root's signature, once. */
  #waiting(): Signer {
    const asked = this.#asked;
    this.#asked = undefined;
    if (asked !== undefined && this.#parts.clock.now() - asked.at <= patience) return asked.signer;
    const message = 'No new CA is waiting for the root’s signature: begin again.';
    throw new KitenError('kiten/rollover-not-begun', message);
  }

  async #changed(
    type: string,
    authority: Certificate,
    operator: Operator,
    reason: string,
  ): Promise<readonly AuthorityView[]> {
    const { journal, clock, renewTls } = this.#parts;
    const { der, notAfter } = authority;
    const data = { issuer: issuerId(authority), fingerprint: fingerprint(der), notAfter };
    await journal.record({ type, at: clock.now(), actor: `operator:${operator.name}`, reason, data });
    await renewTls();
    return this.all();
  }
}

function viewOf(
  certificate: Certificate,
  kind: AuthorityView['kind'],
  state: AuthorityView['state'],
): AuthorityView {
  const { der, notBefore, notAfter } = certificate;
  return { kind, state, id: issuerId(certificate), fingerprint: fingerprint(der), notBefore, notAfter };
}
