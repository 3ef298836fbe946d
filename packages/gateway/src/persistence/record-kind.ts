/** What a record is about: the first byte of its body (docs/session-store.md, "Records"). Numbers are never reused. */
export const recordKind = {
  /** The head of what one write brings to the disk. */
  commit: 1,
  /** A message, and the sessions that it waits for. */
  message: 2,
  /** All that is known about a session. */
  session: 3,
  sessionEnded: 4,
  /** How long a session lives on, and whether it has a connection. */
  sessionLife: 5,
  subscribed: 6,
  unsubscribed: 7,
  /** A message got a packet identifier towards the client. */
  sent: 8,
  /** The client has a QoS 2 message; what is left is to release its identifier. */
  received: 9,
  /** The client released it: the identifier is free. */
  completed: 10,
  /** Messages that a session has done with. */
  done: 11,
  /** All that waited for a session or was under way is done with. */
  discarded: 12,
  /** The identifier of a QoS 2 message of the client that it has not released. */
  unreleased: 13,
  released: 14,
  will: 15,
  willGone: 16,
  retainedCleared: 17,
  /** In a file of its own: where the state starts. What is said about sessions in front of it counts for nothing. */
  stateStart: 18,
} as const;
