/** Values of Cedar's extension types. Times and decimals are held as scaled 64-bit integers. */
export type ExtensionValue = IpAddressValue | DecimalValue | DatetimeValue | DurationValue;

/** `ipaddr`: one address, or a range written as address and prefix. The address keeps its host bits. */
export interface IpAddressValue {
  readonly kind: 'ipaddr';
  /** 32 for IPv4, 128 for IPv6. */
  readonly bits: 32 | 128;
  readonly address: bigint;
  readonly prefix: number;
}

/** `decimal`: ten-thousandths, as a Long. */
export interface DecimalValue {
  readonly kind: 'decimal';
  readonly units: bigint;
}

/** `datetime`: milliseconds since 1970-01-01T00:00:00Z, as a Long. */
export interface DatetimeValue {
  readonly kind: 'datetime';
  readonly milliseconds: bigint;
}

/** `duration`: milliseconds, as a Long. */
export interface DurationValue {
  readonly kind: 'duration';
  readonly milliseconds: bigint;
}
