/**
 * When the rows of a stream were, as they say, but no faster than our clock goes: who says that hours pass within seconds makes
 * no day shorter.
 */
export class StreamTime {
  #last: number | undefined;

  /**
   * Both in milliseconds since the Unix epoch.
   *
   * @param at when the row was, as it says
   * @param came when it came
   * @returns seconds since the Unix epoch
   */
  pass(at: number, came: number): number {
    // Where our clock was put back, so is this.
    this.#last = Math.min(came, Math.max(this.#last ?? came, at));
    return this.#last / 1000;
  }
}
