const IMPATIENT = 1000;

/**
 * Resolves at the first signal. One Ctrl-C can arrive twice, from the terminal and through the launcher; only
 * who asks again after a while means “at once”.
 */
export function askedToStop(): Promise<undefined> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const asked = () => {
      first ??= performance.now();
      if (performance.now() - first > IMPATIENT) process.exit(130);
      resolve(undefined);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked);
  });
}
