/** Shows on standard error how far something is, if somebody looks at it. @returns to be told the share that is done */
export function stepProgress(what: string): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => process.stderr.write(done < 1 ? `\r${what} ${Math.floor(done * 100)} %` : '\r\x1b[K');
}
