import type { Report } from './event.ts';
import type { Host } from './host.ts';
import { requireIdentity } from './identity.ts';
import { runMqtt } from './run-mqtt.ts';
import { runSchedule } from './run-schedule.ts';

/**
 * Goes on until it is told to stop: renews, attests on schedule and whenever it is challenged.
 *
 * @throws KitenError `agent/not-enrolled`
 */
export async function run(host: Host, report: Report, stop: AbortSignal): Promise<void> {
  const { device, mqtt } = host.configuration;
  await requireIdentity(host);
  report({ event: 'started', device });
  const sessions = mqtt === undefined ? [] : [runMqtt(host, mqtt, report, stop)];
  await Promise.all([runSchedule(host, report, stop), ...sessions]);
  report({ event: 'stopped' });
}
