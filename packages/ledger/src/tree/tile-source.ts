/**
 * Where a log's published files come from (C2SP tlog-tiles): a directory, a web server. It is trusted with nothing:
 * whoever reads from it checks what it gets against a signed checkpoint.
 */
export interface TileSource {
  /**
   * The file at `path` below the log's prefix: `checkpoint`, `tile/…`. Nothing if there is no such file.
   *
   * @throws KitenError `ledger/unreadable` when it can't be said.
   */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** Bytes of the largest checkpoint that is read. */
export const maxCheckpointBytes = 65_536;
