/**
 * Reads `count` things in order, a few of them ahead, because each read of a web server or disk takes its time.
 * `read` must not reject.
 */
export async function* readAhead<T>(
  count: number,
  ahead: number,
  read: (place: number) => Promise<T>,
): AsyncGenerator<T> {
  const pending: Promise<T>[] = [];
  for (let [place, next] = [0, 0]; place < count; place += 1) {
    for (; next < count && pending.length < ahead; next += 1) pending.push(read(next));
    yield await pending.shift()!;
  }
}
