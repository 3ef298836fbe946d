/** A source of unpredictable octets, handed in by whoever composes the program: that many octets a call. */
export type Random = (length: number) => Uint8Array;
