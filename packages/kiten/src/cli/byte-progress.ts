/** Shown only for what takes long enough to be waited for. */
const worthShowing = 32 * 1024 ** 2;
const width = 30;

/** Counts octets, and shows a bar on standard error if somebody looks at it. */
export interface ByteProgress {
  add(octets: number): void;
  end(): void;
}

/**
 * @param what is being done, as `hashing app.bin`
 * @param total octets; `undefined`: nobody knows, and no bar is shown
 */
export function byteProgress(what: string, total = 0): ByteProgress {
  const isShown = process.stderr.isTTY && total >= worthShowing;
  let done = 0;
  let shown = -1;
  return {
    add(octets) {
      done += octets;
      const percent = Math.floor((100 * done) / total);
      if (!isShown || percent === shown) return;
      shown = percent;
      const filled = Math.floor((width * percent) / 100);
      process.stderr.write(`\r${what} [${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${percent} %`);
    },
    end() {
      if (isShown) process.stderr.write('\r\x1b[K');
    },
  };
}
