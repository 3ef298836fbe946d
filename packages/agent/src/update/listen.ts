import { Backoff } from '../agent/backoff.ts';
import { failure, type Report } from '../agent/event.ts';
import type { Host } from '../agent/host.ts';
import { requireIdentity } from '../agent/identity.ts';
import { MqttClient } from '../mqtt/mqtt-client.ts';
import type { Address } from '../site/connector.ts';

const keepAlive = 300;

/**
 * Hears by MQTT that there is something to look for, so that nobody waits for the next look; until it is told to stop.
 * Nothing depends on it: what there is, is known by looking. The session is one beside that in which the device attests.
 *
 * @param heard the site says so, or could have said so while nobody was there to hear it
 */
export async function listen(
  host: Host,
  address: Address,
  heard: () => void,
  report: Report,
  stop: AbortSignal,
): Promise<void> {
  const { device } = host.configuration;
  const backoff = new Backoff(host.random);
  for (let times = 0; !stop.aborted; times += 1) {
    try {
      const { connect } = await requireIdentity(host);
      const clientId = `${device}/update`;
      const session = await MqttClient.connect(await connect(address), {
        clientId,
        keepAlive,
        received: heard,
      });
      const leave = () => session.close();
      stop.addEventListener('abort', leave, { once: true });
      if (stop.aborted) leave();
      await session.subscribe(`$kiten/${device}/update/notify`);
      report({ event: 'connected' });
      backoff.succeeded();
      if (times > 0) heard();
      const { code, message } = await session.ended;
      stop.removeEventListener('abort', leave);
      report({ event: 'disconnected', code, message });
    } catch (error) {
      report(failure('listen', error));
    }
    await host.wait(backoff.next(), stop);
  }
}
