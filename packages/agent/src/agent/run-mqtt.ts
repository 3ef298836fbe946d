import { EventEmitter } from 'node:events';
import {
  attestationMethod,
  attestationTopic,
  type ChallengeMessage,
  decodeChallenge,
  decodeResult,
  type ResultMessage,
} from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import { type Authentication, MqttClient, type MqttOptions } from '../mqtt/mqtt-client.ts';
import { AttestationClient } from '../site/attestation-client.ts';
import type { Address } from '../site/connector.ts';
import { answer, keepResult } from './attest.ts';
import { Backoff } from './backoff.ts';
import { failure, type Report } from './event.ts';
import { type Host, siteClient } from './host.ts';
import { requireIdentity } from './identity.ts';

const keepAlive = 60;

/** How long the site may take to judge before other evidence is sent. */
const resultTime = 30_000;
const tooLarge = 'agent/evidence-too-large';
/** What fits into one AUTH (MQTT 5.0, 1.5.6). */
const mostInAuth = 65_535;

/**
 * Keeps a session by MQTT, and answers the challenges that come by it, until it is told to stop. With a TPM it attests
 * within the connection's AUTH, so that it has its rights with the first message, as long as the evidence fits.
 */
export async function runMqtt(
  host: Host,
  address: Address,
  report: Report,
  stop: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(host.random);
  let fits = host.configuration.tpm !== undefined;
  let isAttesting = fits;
  while (!stop.aborted) {
    try {
      const session = await open(host, address, isAttesting, report);
      report({ event: 'connected', attested: session.proof !== undefined });
      backoff.succeeded();
      isAttesting = fits;
      const leave = () => session.close();
      stop.addEventListener('abort', leave, { once: true });
      const reason = await session.ended;
      stop.removeEventListener('abort', leave);
      report({ event: 'disconnected', code: reason.code, message: reason.message });
    } catch (error) {
      report(failure('connect', error));
      // Where the site answers, it comes in without AUTH, too, and is asked at its topics.
      const code = error instanceof KitenError ? error.code : '';
      fits &&= code !== tooLarge;
      isAttesting &&= code.startsWith('agent/site-');
    }
    await host.wait(backoff.next(), stop);
  }
}

async function open(host: Host, address: Address, isAttesting: boolean, report: Report): Promise<MqttClient> {
  const { device } = host.configuration;
  const { connect } = await requireIdentity(host);
  const [challenges, results] = [attestationTopic(device, 'challenge'), attestationTopic(device, 'result')];
  const answers = new EventEmitter();
  const options: MqttOptions = {
    clientId: device,
    keepAlive,
    ...(isAttesting ? { authentication: authenticationOf(host) } : {}),
    received: (topic, payload) => {
      if (topic === results) answers.emit('result');
      const handled =
        topic === challenges
          ? challenged(host, session, payload, answers, report)
          : result(host, payload, report);
      handled.catch((error: unknown) => report(failure('answer', error)));
    },
  };
  const stream = await connect(address);
  const connecting = () => MqttClient.connect(stream, options);
  const session: MqttClient = await (isAttesting ? host.attestations.take(connecting) : connecting());
  await session.subscribe(challenges, results);
  return session;
}

const authenticationOf = (host: Host): Authentication => ({
  method: attestationMethod,
  async answer(data) {
    const evidence = await answer(host, decodeChallenge(data));
    if (evidence.length <= mostInAuth) return evidence;
    throw new KitenError(
      tooLarge,
      `The evidence has ${evidence.length} octets, and AUTH room for ${mostInAuth}: it is sent after the connection.`,
    );
  },
});

async function challenged(
  host: Host,
  session: MqttClient,
  payload: Buffer,
  answers: EventEmitter,
  report: Report,
): Promise<void> {
  const challenge: ChallengeMessage = decodeChallenge(payload);
  report({
    event: 'challenged',
    ...(challenge.deadline === undefined ? {} : { deadline: challenge.deadline }),
  });
  await host.attestations.take(async () => {
    const evidence = await answer(host, challenge);
    if (evidence.length <= session.maximumPayload) return publishEvidence(host, session, evidence, answers);
    // Too much for one packet: the same nonce is answered where there is room.
    const { connect } = await requireIdentity(host);
    await kept(host, await new AttestationClient(siteClient(host, connect)).present(evidence), report);
  });
}

/** Publishes evidence, and waits until it is judged. */
async function publishEvidence(
  host: Host,
  session: MqttClient,
  evidence: Uint8Array,
  answers: EventEmitter,
): Promise<void> {
  const over = new AbortController();
  const judged = new Promise((resolve) => answers.once('result', resolve));
  try {
    await session.publish(attestationTopic(host.configuration.device, 'evidence'), evidence);
    await Promise.race([judged, session.ended, host.wait(resultTime, over.signal)]);
  } finally {
    over.abort();
  }
}

const result = async (host: Host, payload: Buffer, report: Report): Promise<void> =>
  kept(host, decodeResult(payload), report);

async function kept(host: Host, message: ResultMessage, report: Report): Promise<void> {
  await keepResult(host, message);
  const { status, findings, nextBefore } = message;
  report({ event: 'attested', status, findings: findings.map(({ code }) => code), nextBefore });
}
