/** Gauges and counters since the start. Counters only grow. */
export interface Statistics {
  connections: number;
  /** Connections that have come to a session. */
  connected: number;
  sessions: number;
  /** Shared ones included. */
  subscriptions: number;
  sharedSubscriptions: number;
  retainedMessages: number;
  retainedBytes: number;
  queuedMessages: number;
  /** QoS 1 and 2 messages that were sent and not acknowledged yet. */
  inflightMessages: number;
  /** Bytes of memory that the gateway's objects take; 0 where nobody tells. */
  heapBytes: number;
  /** Connections that were begun. */
  sockets: number;
  /** Sessions that were opened or resumed. */
  connects: number;
  /** Sessions that ended because nobody came back in time. */
  expired: number;
  /** Packets in that are no PUBLISH. */
  controlIn: number;
  /** Packets out that are no PUBLISH. */
  controlOut: number;
  /** Connections that are not read from at the moment, because the disk or a receiver lags behind. */
  heldConnections: number;
  /** Bytes of the session store on the disk. */
  storeBytes: number;
  /** PUBLISH packets in. */
  received: number;
  /** PUBLISH packets out. */
  sent: number;
  /** Publications and subscriptions that policy refused. */
  refused: number;
  /** Publications that policy allowed and a payload rule refused. */
  payloadsRefused: number;
  /** Deliveries that policy refused. */
  withheld: number;
  /** What would have been refused or withheld, and passed because the device's group observes. */
  observed: number;
  /** Deliveries given up because a queue or buffer was full. */
  dropped: number;
  /** Those of them for which the queue of a session was full. */
  overflowed: number;
  /** Publications that were not taken because the disk had no room for them. */
  withoutRoom: number;
  /** Decisions that needed the policy engine. */
  decisions: number;
  handshakesRefused: number;
  connectsRefused: number;
  severed: number;
  bytesIn: number;
  bytesOut: number;
}

/** All zero. */
export function noStatistics(): Statistics {
  return {
    connections: 0,
    connected: 0,
    sessions: 0,
    subscriptions: 0,
    sharedSubscriptions: 0,
    retainedMessages: 0,
    retainedBytes: 0,
    queuedMessages: 0,
    inflightMessages: 0,
    heapBytes: 0,
    sockets: 0,
    connects: 0,
    expired: 0,
    controlIn: 0,
    controlOut: 0,
    heldConnections: 0,
    storeBytes: 0,
    received: 0,
    sent: 0,
    refused: 0,
    payloadsRefused: 0,
    withheld: 0,
    observed: 0,
    dropped: 0,
    overflowed: 0,
    withoutRoom: 0,
    decisions: 0,
    handshakesRefused: 0,
    connectsRefused: 0,
    severed: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
}

/** What several workers count, retained messages once: each has all of them. */
export function sumOf([first, ...others]: readonly Statistics[]): Statistics {
  const sum = first === undefined ? noStatistics() : { ...first };
  for (const each of others) {
    for (const name of Object.keys(sum) as (keyof Statistics)[])
      if (name !== 'retainedMessages' && name !== 'retainedBytes') sum[name] += each[name];
  }
  return sum;
}
