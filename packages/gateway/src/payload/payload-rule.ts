/**
 * What the payloads that devices publish on some topics have to be. Structured-clonable; a message is held to every
 * rule whose filter matches its topic and which binds its publisher.
 */
export interface PayloadRule {
  /** Stands in denials. */
  readonly id: string;
  /** A topic filter, `d/+/temperature`. */
  readonly filter: string;
  /** Ids of the devices, and names of the groups, that it binds; everybody, if neither is given. */
  readonly devices?: readonly string[];
  readonly groups?: readonly string[];
  /** `json` is RFC 8259 without duplicate names, `cbor` one item of RFC 8949. */
  readonly format?: 'text' | 'json' | 'cbor';
  /**
   * JSON Schema (2020-12) of the value; with `json` or `cbor` only. Of CBOR what RFC 8949 §6.1 makes of it: byte
   * strings are base64url text, and maps have text keys.
   */
  readonly schema?: unknown;
  /** CDDL (RFC 8610, a bounded part of it) of the value; with `cbor` only, and without a schema. */
  readonly cddl?: string;
  /** Bytes. */
  readonly maximumSize?: number;
  /** Messages of one device within a minute. */
  readonly perMinute?: number;
}
