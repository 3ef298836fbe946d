import { type Clock, KitenError } from '@kiten/codec';
import type { Configuration } from '../config/configuration.ts';
import type { Doors } from './doors.ts';
import type { Journal } from './journal.ts';

/** What came of reading the configuration again. */
export interface Reloaded {
  /** Host names that have certificates of their own. */
  readonly named: readonly string[];
  /** Settings that have changed and take effect at the next start. */
  readonly atNextStart: readonly string[];
}

export interface ReloadParts {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly doors: Pick<Doors, 'reloadTls'>;
  readonly present: Configuration;
  /** Reads the configuration file again; absent where there is none. */
  readonly reread: (() => Promise<Configuration>) | undefined;
}

/** In force at once: what TLS serves with. */
const live: ReadonlySet<string> = new Set(['names', 'namedCertificates'] satisfies (keyof Configuration)[]);

/**
 * Reads `kiten.toml` and the certificates that it names again, makes a new revocation list, and serves new handshakes
 * with all that. Whoever is connected stays.
 *
 * @throws KitenError `kiten/config-…`, `kiten/named-certificate`: nothing is changed then
 */
export async function reloadSite(
  { journal, clock, doors, present, reread }: ReloadParts,
  actor: string,
): Promise<Reloaded> {
  if (reread === undefined)
    throw new KitenError('kiten/nothing-to-reload', 'This site was not started from a configuration file.');
  const next = await reread();
  await doors.reloadTls(next);
  const changed = Object.keys(next).filter(
    (key) =>
      JSON.stringify(next[key as keyof Configuration]) !==
      JSON.stringify(present[key as keyof Configuration]),
  );
  const named = next.namedCertificates.map(({ name }) => name);
  await journal.record({
    type: 'site/reloaded',
    at: clock.now(),
    actor,
    data: { named: named.length },
  });
  return { named, atNextStart: changed.filter((key) => !live.has(key)) };
}
