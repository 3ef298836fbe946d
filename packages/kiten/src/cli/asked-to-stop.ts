const IMPATIENT = 1000;

/**
 * Resolves at the first signal. One Ctrl-C can arrive twice, from the terminal and through the launcher; only
 * who asks again after a while means “at once”. A hang-up means the end of the terminal, and `reload` where there is
 * none: that is how services are told.
 */
export function askedToStop(reload?: () => void): Promise<undefined> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const asked = () => {
      first ??= performance.now();
      if (performance.now() - first > IMPATIENT) process.exit(130);
      resolve(undefined);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, asked);
    const isService = [process.stdin, process.stdout, process.stderr].every(({ isTTY }) => isTTY !== true);
    process.on('SIGHUP', reload !== undefined && isService ? reload : asked);
  });
}
