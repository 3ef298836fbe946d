import { KitenError } from '@kiten/codec';

/** Every bound of a gateway. Times are milliseconds unless the name says otherwise, sizes bytes. */
export interface Limits {
  /** All connections of the listener together, those still in their handshake included. */
  readonly connections: number;
  readonly connectionsPerDevice: number;
  /** CONNECTs of one device within a minute. */
  readonly connectsPerDevice: number;
  /** Sessions of one device, those without a connection included. */
  readonly sessionsPerDevice: number;
  /** Handshakes from one address (of IPv6 one /64) within a minute. */
  readonly handshakesPerAddress: number;
  /** Connections of one address that have not come to a session yet. */
  readonly halfOpenPerAddress: number;
  /** Passwords tried for one user name, or from one address, within a minute and not accepted. */
  readonly passwordAttempts: number;
  /** Addresses and names that are counted at a time. */
  readonly rateKeys: number;
  readonly handshakeTimeout: number;
  /** From the end of the handshake to a complete CONNECT. */
  readonly connectTimeout: number;
  /** From CONNECT, or the wish to authenticate anew, to the end of enhanced authentication. */
  readonly authenticationTimeout: number;
  /** Steps of one enhanced authentication. */
  readonly authenticationRounds: number;
  /** How long a connection that is being closed may take to say goodbye. */
  readonly closeTimeout: number;
  /** A larger keep-alive, or none, is replaced by this one where the version allows it (5.0); seconds, 0 for none. */
  readonly maximumKeepAlive: number;
  readonly packetSize: number;
  /** Until the CONNECT is accepted. */
  readonly connectPacketSize: number;
  readonly topicLength: number;
  readonly topicLevels: number;
  readonly subscriptionsPerSession: number;
  /** Filters that a device subscribes to within a minute. */
  readonly subscribesPerDevice: number;
  /** Topics that a client may give a number to, and that we give one to; 0 for none. */
  readonly topicAliases: number;
  /** QoS 1 and 2 messages sent to a client and not yet acknowledged. */
  readonly inflightMessages: number;
  /** QoS 2 messages of a client that it has not released yet: the receive maximum it is told. */
  readonly unreleasedMessages: number;
  /** QoS 1 and 2 messages that wait for one session, beside those in flight, and their bytes. */
  readonly queuedMessages: number;
  readonly queuedBytes: number;
  /** Of one file of the session store. */
  readonly segmentBytes: number;
  /**
   * Unsent bytes towards one client beyond which QoS 0 messages to it are dropped and others wait; from half of it on,
   * those who publish to it are slowed down.
   */
  readonly outboundBytes: number;
  /** For how long those who publish to a client that lags behind may be held up; 0 for never. */
  readonly backPressure: number;
  readonly retainedMessages: number;
  readonly retainedMessagesPerDevice: number;
  readonly retainedBytes: number;
  /** Longest life of a session without a connection; seconds. */
  readonly sessionExpiry: number;
  /** Decisions remembered for each connection; a power of two. */
  readonly cachedDecisions: number;
  /** A replica that has not heard for so long denies; 0 for never. */
  readonly stalenessBound: number;
  /** Denials of one device and cause are told once in this time. */
  readonly denialInterval: number;
  readonly denials: number;
  readonly denialsPerDevice: number;
  readonly countRows: number;
  readonly statisticsInterval: number;
  /** Between what is told below $SYS; 0 for nothing. */
  readonly systemInterval: number;
}

export const defaultLimits: Limits = {
  connections: 50_000,
  connectionsPerDevice: 16,
  connectsPerDevice: 600,
  sessionsPerDevice: 64,
  handshakesPerAddress: 6_000,
  halfOpenPerAddress: 256,
  passwordAttempts: 30,
  rateKeys: 10_000,
  handshakeTimeout: 10_000,
  connectTimeout: 10_000,
  authenticationTimeout: 10_000,
  authenticationRounds: 16,
  closeTimeout: 2_000,
  maximumKeepAlive: 0,
  packetSize: 1_048_576,
  connectPacketSize: 131_072,
  topicLength: 1_024,
  topicLevels: 32,
  subscriptionsPerSession: 1_000,
  subscribesPerDevice: 10_000,
  topicAliases: 64,
  inflightMessages: 1_024,
  unreleasedMessages: 256,
  queuedMessages: 1_000,
  queuedBytes: 4_194_304,
  segmentBytes: 8_388_608,
  outboundBytes: 8_388_608,
  backPressure: 250,
  retainedMessages: 100_000,
  retainedMessagesPerDevice: 1_000,
  retainedBytes: 67_108_864,
  sessionExpiry: 86_400,
  cachedDecisions: 2_048,
  stalenessBound: 15_000,
  denialInterval: 60_000,
  denials: 4_096,
  denialsPerDevice: 64,
  countRows: 10_000,
  statisticsInterval: 10_000,
  systemInterval: 10_000,
};

const mayBeZero: ReadonlySet<string> = new Set([
  'maximumKeepAlive',
  'stalenessBound',
  'sessionExpiry',
  'retainedMessages',
  'topicAliases',
  'systemInterval',
  'backPressure',
]);

/**
 * The defaults with what is given in their place.
 *
 * @throws KitenError `gateway/limit-out-of-range`
 */
export function limitsFrom(given: Partial<Limits> = {}): Limits {
  const limits = { ...defaultLimits, ...given };
  for (const [name, value] of Object.entries(limits)) {
    const least = mayBeZero.has(name) ? 0 : 1;
    if (!Number.isSafeInteger(value) || value < least) {
      throw new KitenError(
        'gateway/limit-out-of-range',
        `The limit ${name} is a whole number from ${least}, not ${value}.`,
      );
    }
  }
  if (limits.inflightMessages > 65_535 || limits.unreleasedMessages > 65_535) {
    throw new KitenError(
      'gateway/limit-out-of-range',
      'MQTT has 65,535 packet identifiers: inflightMessages and unreleasedMessages cannot be more.',
    );
  }
  if ((limits.cachedDecisions & (limits.cachedDecisions - 1)) !== 0) {
    throw new KitenError('gateway/limit-out-of-range', 'The limit cachedDecisions is a power of two.');
  }
  return limits;
}
