import {
  attestationPaths,
  type ChallengeMessage,
  decodeChallenge,
  decodeKeyActivation,
  decodeKeyConfirmed,
  decodeResult,
  encodeKeyConfirmation,
  encodeKeyRequest,
  type KeyActivation,
  type KeyConfirmation,
  type KeyConfirmed,
  type KeyRequest,
  type ResultMessage,
  tpmEvidenceMediaType,
} from '@kiten/attestation';
import type { SiteClient } from './site-client.ts';

type Headers = Readonly<Record<string, string>>;
const json = { 'content-type': 'application/json', accept: 'application/json' };

/** The attestation exchange over HTTPS, the device's side. Each operation throws `agent/site-…`, `attestation/message-malformed`. */
export class AttestationClient {
  readonly #site: SiteClient;

  constructor(site: SiteClient) {
    this.#site = site;
  }

  /** @param token for a device that has no certificate yet */
  async proposeKey(request: KeyRequest, token?: Headers): Promise<KeyActivation> {
    return decodeKeyActivation(await this.#post(attestationPaths.key, encodeKeyRequest(request), token));
  }

  async confirmKey(confirmation: KeyConfirmation, token?: Headers): Promise<KeyConfirmed> {
    return decodeKeyConfirmed(
      await this.#post(attestationPaths.confirm, encodeKeyConfirmation(confirmation), token),
    );
  }

  async challenge(): Promise<ChallengeMessage> {
    return decodeChallenge(await this.#post(attestationPaths.challenge, new Uint8Array(0)));
  }

  /** @param evidence as `encodeTpmEvidence` makes it */
  async present(evidence: Uint8Array): Promise<ResultMessage> {
    const headers = { 'content-type': tpmEvidenceMediaType };
    return decodeResult(await this.#post(attestationPaths.evidence, evidence, headers));
  }

  async #post(path: string, body: Uint8Array, headers: Headers = {}): Promise<Buffer> {
    const answer = await this.#site.ask({ method: 'POST', path, headers: { ...json, ...headers }, body });
    return answer.body;
  }
}
