/**
 * What is known, without looking, of how much of some records is still needed. Deliveries are counted exactly; a
 * message that waits for several sessions is dead when the last of them is done with it, which only a look tells.
 */
export class Account {
  /** Deliveries of its messages that are not done with. */
  deliveries = 0;
  /** Bytes of messages that somebody waits for, as far as is known. */
  live = 0;
  /** Bytes of messages of these that one session more is done with, and others perhaps not. */
  doubtful = 0;

  /** Bytes of its messages that somebody waits for in any case. */
  get atLeastLive(): number {
    return Math.max(0, this.live - this.doubtful);
  }

  /** One session is done with a message of so many bytes. */
  done(size: number, isShared: boolean): void {
    this.deliveries--;
    if (isShared) this.doubtful += size;
    else this.live -= size;
  }

  add(other: Account): void {
    this.deliveries += other.deliveries;
    this.live += other.live;
    this.doubtful += other.doubtful;
  }
}
