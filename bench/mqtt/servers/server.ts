// What the benchmark knows about a broker under test: a process whose CPU time is counted, and its two ports.

/** PEM, and what a client shows to come in. */
export interface Credentials {
  readonly id: string;
  readonly key: string;
  readonly certificate: string;
}

/** PEM: what a server shows, and whom it believes. */
export interface ServerIdentity {
  readonly ca: string;
  readonly key: string;
  readonly certificate: string;
  readonly crl: string;
}

/** A client of the benchmark. Its id is its user name, its client id, and the name in its certificate. */
export interface Member {
  readonly id: string;
  /** Whether it may read what others publish, below `d/`. */
  readonly reads: boolean;
}

export interface ServerSetup {
  readonly identity: ServerIdentity;
  readonly members: readonly Member[];
  /** Empty, and the server's own. */
  readonly directory: string;
  /** Threads that share the ports, where the server has any such. One unless it says otherwise. */
  readonly workers?: number;
}

export interface Server {
  readonly name: 'kiten' | 'mosquitto' | 'aedes';
  readonly pid: number;
  /** Without TLS, and over mutual TLS. */
  readonly ports: { readonly plain: number; readonly tls: number };
  /** Resolves when the process ends, of itself too. */
  readonly ended: Promise<unknown>;
  /** Lets as many verdicts change each second, of devices all over the fleet; Kiten alone has any. */
  verdictChanges?(perSecond: number): void;
  stop(): Promise<void>;
}
