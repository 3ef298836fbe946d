import { type Certificate, type Clock, KitenError, type Signer } from '@kiten/codec';
import { fingerprint, generateSigner, issuerId } from '@kiten/identity';
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
  readonly journal: Journal;
  readonly clock: Clock;
  /** Brings new certificates and lists to every door. */
  readonly renewTls: () => Promise<void>;
}

/** How long the key of a successor waits for the root's signature, in milliseconds. */
const patience = 3_600_000;

/**
 * Changes the issuing CA without cutting anybody: the site makes the key, whoever holds the root's key signs, and from
 * then on the new one issues while certificates of the old one hold until they end.
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
    return [viewOf(keys.authority.root, 'root', 'current'), ...issuing];
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
    const { keys, journal, clock, renewTls } = this.#parts;
    const asked = this.#asked;
    if (asked === undefined || clock.now() - asked.at > patience)
      throw new KitenError(
        'kiten/rollover-not-begun',
        'No new CA is waiting for the root’s signature: begin again.',
      );
    this.#asked = undefined;
    const added = await keys.issuing.add({ signer: asked.signer, ...signed });
    await journal.record({
      type: 'authority/rolled-over',
      at: clock.now(),
      actor: `operator:${operator.name}`,
      reason,
      data: { issuer: issuerId(added), fingerprint: fingerprint(added.der), notAfter: added.notAfter },
    });
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
