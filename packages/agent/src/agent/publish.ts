import { KitenError } from '@kiten/codec';
import { MqttClient } from '../mqtt/mqtt-client.ts';
import type { Host } from './host.ts';
import { requireIdentity } from './identity.ts';

const keepAlive = 60;

/** What was published, once the site has taken it. */
export interface Published {
  readonly device: string;
  readonly topic: string;
  /** Octets. */
  readonly size: number;
}

/**
 * Publishes one message as the device, at QoS 1, in a session beside that of {@link run}.
 *
 * @throws KitenError `agent/not-enrolled`, `agent/no-mqtt`, `agent/mqtt-refused` where policy does not permit it,
 *   `agent/mqtt-closed`, `agent/site-unreachable`
 */
export async function publish(host: Host, topic: string, payload: Uint8Array): Promise<Published> {
  const { device, mqtt } = host.configuration;
  if (mqtt === undefined) {
    throw new KitenError('agent/no-mqtt', 'The configuration names no “mqtt”: mqtts://site.example:8883.');
  }
  const { connect } = await requireIdentity(host);
  const session = await MqttClient.connect(await connect(mqtt), {
    clientId: `${device}/publish`,
    keepAlive,
    received: () => undefined,
  });
  try {
    await session.publish(topic, payload);
  } finally {
    session.close();
  }
  return { device, topic, size: payload.length };
}
