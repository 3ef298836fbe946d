import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything of a site lies below its data directory. */
export interface Layout {
  readonly directory: string;
  readonly configuration: string;
  readonly lock: string;
  readonly store: string;
  /** Says that the store is in PostgreSQL instead. */
  readonly storeElsewhere: string;
  readonly log: string;
  /** The log of the counts of traffic, whose checkpoints are entries of `log`. */
  readonly trafficLog: string;
  /** Content of evidence, by salted digest. */
  readonly payloads: string;
  /** Checkpoints with the time that somebody else gave them. */
  readonly timeStamps: string;
  /** What MQTT sessions wait for. */
  readonly sessions: string;
  /** The Image repository that devices are served from, and the Director's root. */
  readonly images: string;
  readonly director: string;
  /** What is normal of streams of readings, by digest. */
  readonly profiles: string;
  /** What was gathered of streams that are being learned. */
  readonly lessons: string;
  readonly keys: string;
  readonly certificates: string;
  /** The root certificate that devices are given to trust. */
  readonly caFile: string;
  /** The operator's credential, readable by its owner alone. */
  readonly tokenFile: string;
  /** What the program says while a person watches the screen it would otherwise go to. */
  readonly programLog: string;
  /** Where the running site says how to reach it; absent while it does not run. */
  readonly running: string;
}

export function layoutOf(directory: string): Layout {
  return {
    directory,
    configuration: join(directory, 'kiten.toml'),
    lock: join(directory, 'lock.db'),
    store: join(directory, 'site.db'),
    storeElsewhere: join(directory, 'store-elsewhere'),
    log: join(directory, 'log'),
    trafficLog: join(directory, 'log-traffic'),
    payloads: join(directory, 'payloads'),
    timeStamps: join(directory, 'timestamps'),
    sessions: join(directory, 'sessions'),
    images: join(directory, 'update', 'images'),
    director: join(directory, 'update', 'director'),
    profiles: join(directory, 'measurement', 'profiles'),
    lessons: join(directory, 'measurement', 'lessons'),
    keys: join(directory, 'keys'),
    certificates: join(directory, 'ca'),
    caFile: join(directory, 'ca', 'root.pem'),
    tokenFile: join(directory, 'operator.token'),
    programLog: join(directory, 'kiten.log'),
    running: join(directory, 'running.json'),
  };
}

/** Whether there is a site in a directory. */
export function isSite({ store, storeElsewhere }: Layout): boolean {
  return existsSync(store) || existsSync(storeElsewhere);
}
