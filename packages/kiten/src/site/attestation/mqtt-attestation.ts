import {
  attestationMethod,
  attestationSubjects,
  attestationTopic,
  encodeChallenge,
  encodeResult,
} from '@kiten/attestation';
import { type Clock, encodeUtf8, KitenError } from '@kiten/codec';
import type { AuthenticationStep, Authenticator, Saying, SiteTopics } from '@kiten/gateway';
import { createRateLimiter } from '@kiten/identity';
import type { DeviceId } from '@kiten/trust';
import type { Logger } from 'pino';
import { problemOf } from '../../api/problem.ts';
import type { AttestationDesk, AttestationOutcome } from './attestation-desk.ts';
import type { ResultWriter } from './result-writer.ts';

export interface MqttAttestationParts {
  readonly attestation: Pick<AttestationDesk, 'challenge' | 'receive'>;
  readonly results: ResultWriter;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly say: (saying: Saying) => void;
}

/** A device's own topics for attestation: it says the first two, and the site the others. */
export const attestationTopics: SiteTopics = {
  heard: [attestationTopic('{device}', 'request'), attestationTopic('{device}', 'evidence')],
  spoken: [attestationTopic('{device}', 'challenge'), attestationTopic('{device}', 'result')],
};

const limits = { burst: 30, perMinute: 20 } as const;
/** What a device that is away need not hear any more when it comes back. */
const lifetime = 60_000;

/** Attestation by MQTT: on the device's own topics, or within AUTH when it connects or authenticates again. */
export class MqttAttestation implements Authenticator {
  readonly method = attestationMethod;
  readonly #parts: MqttAttestationParts;
  readonly #limiter;

  constructor(parts: MqttAttestationParts) {
    this.#parts = parts;
    this.#limiter = createRateLimiter(limits, parts.clock, 65_536);
  }

  /** What a device said on one of its topics. */
  async heard(device: DeviceId, topic: string, payload: Uint8Array): Promise<void> {
    const subject = attestationSubjects.find((one) => attestationTopic(device, one) === topic);
    if (subject !== 'request' && subject !== 'evidence') return;
    try {
      this.#mustNotBeTooMany(device, subject);
      if (subject === 'request') return this.challenge(device);
      const outcome = await this.#parts.attestation.receive(device, payload, ['mqtt']);
      this.#tell(device, 'result', encodeResult(this.#parts.results.message(outcome)));
    } catch (error) {
      if (!(error instanceof KitenError))
        this.#parts.logger.error({ err: error, device }, 'attestation failed');
      this.#tell(device, 'result', encodeUtf8(JSON.stringify(problemOf(error))));
    }
  }

  /** Sends a challenge, asked or unasked. @param deadline when the session ends without an answer */
  challenge(device: DeviceId, deadline?: number): void {
    this.#tell(device, 'challenge', encodeChallenge(this.#parts.attestation.challenge(device, deadline)));
  }

  /** MQTT 5.0 §4.12: the challenge goes out in the first AUTH, the evidence comes in the second. */
  begin({ device }: { readonly device: string }): {
    advance(data: Uint8Array | undefined): Promise<AuthenticationStep>;
  } {
    let isChallenged = false;
    return {
      advance: async (data) => {
        try {
          if (!isChallenged) {
            this.#mustNotBeTooMany(device as DeviceId, 'auth');
            isChallenged = true;
            const challenge = this.#parts.attestation.challenge(device as DeviceId);
            return { outcome: 'continue', data: encodeChallenge(challenge) };
          }
          return this.#judged(await this.#parts.attestation.receive(device, data ?? nothing, ['mqtt']));
        } catch (error) {
          if (!(error instanceof KitenError)) throw error;
          return { outcome: 'refuse', reason: error.message };
        }
      },
    };
  }

  /** What it may do follows from its verdict, which is in force by now. */
  #judged(outcome: AttestationOutcome): AuthenticationStep {
    return { outcome: 'success', data: encodeUtf8(this.#parts.results.jwt(outcome)) };
  }

  #tell(device: DeviceId, subject: 'challenge' | 'result', payload: Uint8Array): void {
    this.#parts.say({ topic: attestationTopic(device, subject), payload, lifetime });
  }

  #mustNotBeTooMany(device: DeviceId, what: string): void {
    const seconds = this.#limiter.take(`${what} ${device}`);
    if (seconds > 0)
      throw new KitenError('kiten/attestation-too-often', `Too many requests: try again in ${seconds} s.`);
  }
}

const nothing = new Uint8Array(0);
