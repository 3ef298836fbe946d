import type { GatewayEvent } from '@kiten/gateway';
import { type DeviceId, deviceSubject, type Evidence, isDeviceId } from '@kiten/trust';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { addObservation } from '../store/observations.ts';
import { addDenial, addTraffic } from '../store/traffic.ts';
import type { EventHub } from './event-hub.ts';
import type { Journal } from './journal.ts';
import type { PresenceBoard } from './presence.ts';
import type { TrafficLog } from './traffic-log.ts';

export interface GatewayEventParts {
  readonly database: Database;
  readonly traffic: Pick<TrafficLog, 'minuteFor'>;
  readonly journal: Journal;
  readonly presence: PresenceBoard;
  readonly hub: EventHub;
  readonly logger: Logger;
  readonly consider: (evidence: Evidence) => Promise<void>;
  readonly acknowledged: (device: string, run: string) => Promise<void>;
  /** A device said something to the site. */
  readonly said: (device: DeviceId, topic: string, payload: Uint8Array) => Promise<void>;
  /** A device came back. */
  readonly opened: (device: DeviceId) => void;
  readonly counted: (statistics: Readonly<Record<string, number>>) => void;
}

/** What becomes of each thing that the gateway tells. */
export function gatewayEvents(parts: GatewayEventParts): (event: GatewayEvent) => void {
  const { logger } = parts;
  return (event) => {
    hear(event, parts).catch((error: unknown) =>
      logger.error({ err: error, event: event.kind }, 'an event of the gateway could not be kept'),
    );
  };
}

async function hear(event: GatewayEvent, parts: GatewayEventParts): Promise<void> {
  const { database, traffic, journal, presence, hub, logger } = parts;
  switch (event.kind) {
    case 'session-opened': {
      const { device, clientId, address, version, admission, resumed, by, at } = event;
      presence.opened(device, { clientId, address, protocol: version, since: at, by });
      logger.info({ device, clientId, address, admission, by, resumed }, 'session opened');
      if (isDeviceId(device)) parts.opened(device);
      return hub.publish('session-opened', { device, clientId, address, admission, by, at });
    }
    case 'session-closed': {
      const { device, clientId, cause, at } = event;
      presence.closed(device, clientId);
      logger.info({ device, clientId, cause }, 'session closed');
      return hub.publish('session-closed', { device, clientId, cause, at });
    }
    case 'handshake-refused':
    case 'connect-refused': {
      const { code, message, address, device, at, repeated } = event;
      logger.warn({ code, address, device, repeated }, message);
      hub.publish(event.kind, { code, message, address, device, at, repeated });
      return journal.record({
        type: event.kind === 'handshake-refused' ? 'handshake/refused' : 'connection/refused',
        at,
        actor: 'site',
        ...(isDeviceId(device) ? { subject: deviceSubject(device) } : {}),
        reason: message,
        data: { code, address, repeated },
      });
    }
    case 'denied': {
      const { device, action, topic, policies, stream, finding, at, repeated, observed = null } = event;
      const enforced = observed === null;
      const why = { ...(stream && { stream }), ...(finding && { finding }) };
      logger.debug(
        { device, action, topic, policies, ...why, repeated },
        enforced ? 'denied' : 'would be denied',
      );
      hub.publish('denied', { device, action, topic, policies, ...why, at, repeated, enforced });
      const said = { policies: JSON.stringify(policies), ...why };
      const denial = { device, action, topic, ...said, at, repeated, observed };
      if (observed === null) return addDenial(database, denial);
      return database.transaction().execute(async (store) => {
        await addDenial(store, denial);
        const seen = { observed, device, action, topic, policies, count: repeated };
        await addObservation(store, seen, at);
      });
    }
    case 'counts':
      return addTraffic(database, traffic.minuteFor(event.minute), event.rows);
    case 'severed': {
      const { device, sessions, at } = event;
      logger.warn({ device, sessions }, 'sessions severed');
      return hub.publish('severed', { device, sessions, at });
    }
    case 'acknowledged':
      return parts.acknowledged(event.device, event.run);
    case 'heard':
      return isDeviceId(event.device) ? parts.said(event.device, event.topic, event.payload) : undefined;
    case 'evidence':
      return parts.consider(event.evidence);
    case 'change-refused':
      return logger.error({ code: event.code, sequence: event.sequence }, event.message);
    case 'statistics':
      return parts.counted({ ...event.statistics });
    case 'fault':
      return logger.error({ code: event.code }, event.message);
    case 'policy-failed':
      return logger.error(
        { ...event },
        'a policy could not be evaluated, and counted as if it were not there',
      );
    case 'listening':
    case 'applied':
      return undefined;
  }
}
