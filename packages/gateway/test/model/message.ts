import type { Properties, Qos } from '@kiten/wire';

/** The properties of a PUBLISH that reach its subscribers unaltered. */
export type PassedOn = Pick<
  Properties,
  'payloadFormatIndicator' | 'contentType' | 'responseTopic' | 'correlationData' | 'userProperties'
>;

/** What a client wants to be published, at once or as its will. */
export interface Said {
  readonly topic: string;
  readonly payload: string;
  readonly qos: Qos;
  readonly retain: boolean;
  readonly properties: PassedOn;
  /** The message expiry interval; seconds. */
  readonly expiry: number | undefined;
}

/** What was published. */
export interface Message extends Said {
  readonly publisher: string;
  /** Its place among all that was published and subscribed to. */
  readonly order: number;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** A payload beyond {@link smallPacket}. */
export const largePayload = 400;
/** The maximum packet size of clients that set one; whatever isn't large fits. */
export const smallPacket = 200;

export function isLarge({ payload }: Said): boolean {
  return payload.length >= largePayload;
}

/** Milliseconds that are left of its life. */
export function lifeLeft({ expiry, at }: Message, now: number): number {
  return expiry === undefined ? Number.POSITIVE_INFINITY : at + expiry * 1000 - now;
}
