import {
  attestationTopic,
  type ChallengeMessage,
  decodeChallenge,
  decodeResult,
  type ResultMessage,
} from '@kiten/attestation';
import { MqttClient } from '../mqtt/mqtt-client.ts';
import { AttestationClient } from '../site/attestation-client.ts';
import type { Address } from '../site/connector.ts';
import { answer, keepResult } from './attest.ts';
import { Backoff } from './backoff.ts';
import { failure, type Report } from './event.ts';
import { type Host, siteClient } from './host.ts';
import { requireIdentity } from './identity.ts';

const keepAlive = 60;

/** Keeps a session by MQTT, and answers the challenges that come by it, until it is told to stop. */
export async function runMqtt(
  host: Host,
  address: Address,
  report: Report,
  stop: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(host.random);
  while (!stop.aborted) {
    try {
      const session = await open(host, address, report);
      report({ event: 'connected' });
      backoff.succeeded();
      const leave = () => session.close();
      stop.addEventListener('abort', leave, { once: true });
      const reason = await session.ended;
      stop.removeEventListener('abort', leave);
      report({ event: 'disconnected', code: reason.code, message: reason.message });
    } catch (error) {
      report(failure('connect', error));
    }
    await host.wait(backoff.next(), stop);
  }
}

async function open(host: Host, address: Address, report: Report): Promise<MqttClient> {
  const { device } = host.configuration;
  const { connect } = await requireIdentity(host);
  const [challenges, results] = [attestationTopic(device, 'challenge'), attestationTopic(device, 'result')];
  const session: MqttClient = await MqttClient.connect(await connect(address), {
    clientId: device,
    keepAlive,
    received: (topic, payload) => {
      const handled =
        topic === challenges ? challenged(host, session, payload, report) : result(host, payload, report);
      handled.catch((error: unknown) => report(failure('answer', error)));
    },
  });
  await session.subscribe(challenges, results);
  return session;
}

async function challenged(host: Host, session: MqttClient, payload: Buffer, report: Report): Promise<void> {
  const challenge: ChallengeMessage = decodeChallenge(payload);
  report({
    event: 'challenged',
    ...(challenge.deadline === undefined ? {} : { deadline: challenge.deadline }),
  });
  const evidence = await answer(host, challenge);
  if (evidence.length <= session.maximumPayload) {
    await session.publish(attestationTopic(host.configuration.device, 'evidence'), evidence);
    return;
  }
  // Too much for one packet: the same nonce is answered where there is room.
  const { connect } = await requireIdentity(host);
  await kept(host, await new AttestationClient(siteClient(host, connect)).present(evidence), report);
}

const result = async (host: Host, payload: Buffer, report: Report): Promise<void> =>
  kept(host, decodeResult(payload), report);

async function kept(host: Host, message: ResultMessage, report: Report): Promise<void> {
  await keepResult(host, message);
  const { status, findings, nextBefore } = message;
  report({ event: 'attested', status, findings: findings.map(({ code }) => code), nextBefore });
}
