import { Duplex } from 'node:stream';

/** One end of a connection in memory. What one end writes the other reads, with back-pressure, as from a socket. */
export class StreamEnd extends Duplex {
  #other: StreamEnd | undefined;
  /** Goes on with the write that waits for this end to read. */
  #makeRoom: (() => void) | undefined;
  #hasEnd = false;

  /** Takes what a listener throws, which would end the process otherwise. */
  onFault: ((fault: unknown) => void) | undefined;

  static pair(): [StreamEnd, StreamEnd] {
    const [one, other] = [new StreamEnd(), new StreamEnd()];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  /** Ends the connection at once, on both sides: whatever was on its way is lost. */
  reset(): void {
    this.destroy();
    this.#other?.destroy();
  }

  override emit(event: string | symbol, ...given: unknown[]): boolean {
    try {
      return super.emit(event, ...given);
    } catch (fault) {
      if (this.onFault === undefined) throw fault;
      this.onFault(fault);
      return true;
    }
  }

  override _read(): void {
    const makeRoom = this.#makeRoom;
    this.#makeRoom = undefined;
    makeRoom?.();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    const other = this.#other;
    if (other === undefined || other.destroyed || other.push(Buffer.from(chunk))) callback();
    else other.#makeRoom = callback;
  }

  override _final(callback: () => void): void {
    this.#endOther();
    callback();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#endOther();
    // Nobody reads any more: what waits to be read is let through, and lost.
    this._read();
    callback(error);
  }

  #endOther(): void {
    const other = this.#other;
    if (other === undefined || other.destroyed || other.#hasEnd) return;
    other.#hasEnd = true;
    other.push(null);
  }
}
