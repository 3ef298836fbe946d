/** How far the kernel keeps even its root user away from itself (kernel_lockdown(7)), the weakest first. */
export const lockdownLevels = ['none', 'integrity', 'confidentiality'] as const;
export type Lockdown = (typeof lockdownLevels)[number];

/** What the kernel is set to. */
export interface KernelState {
  /** As `uname -r` says. */
  readonly release: string;
  /** Absent if the kernel doesn't know lockdown. */
  readonly lockdown?: Lockdown;
  /** The bits of /proc/sys/kernel/tainted. */
  readonly taint: number;
  /** Settings that its safety rests on, by their names below /proc/sys or /sys/module: `kernel.kexec_load_disabled`. */
  readonly settings: ReadonlyMap<string, number>;
}

/** A module that is loaded. */
export interface KernelModule {
  readonly name: string;
  /** SHA-256 of its file, as it lies there; absent if it was not found. */
  readonly digest?: Uint8Array;
  /** Who signed it, as its signature names them. */
  readonly signer?: string;
}

export const socketProtocols = ['tcp', 'udp', 'unix'] as const;
export type SocketProtocol = (typeof socketProtocols)[number];

/** A socket that takes connections or datagrams from anybody. */
export interface ListeningSocket {
  readonly protocol: SocketProtocol;
  /** An IP address; for `unix` the path, or the abstract name behind an `@`. */
  readonly address: string;
  /** 0 for `unix`. */
  readonly port: number;
  /** The executable that holds it; absent if that could not be seen. */
  readonly executable?: string;
}

/** An executable that a process runs. */
export interface RunningExecutable {
  readonly path: string;
  /** SHA-256 of what runs, even if the file of that name is another by now. */
  readonly digest?: Uint8Array;
  /** There is no such file: it was deleted or replaced, or lives in memory only. */
  readonly gone: boolean;
  /** Another process reads its memory and steers it (ptrace). */
  readonly traced: boolean;
}

/** What is weak about an account: it has no password, or one that everybody knows. */
export const weaknesses = ['empty-password', 'default-password'] as const;
export type Weakness = (typeof weaknesses)[number];

/** An account that is easily entered. Which password it has is never told. */
export interface WeakAccount {
  readonly account: string;
  readonly weakness: Weakness;
}

/** What a fingerprint is of. */
export const secretKinds = ['host-key', 'password', 'authorized-key'] as const;
export type SecretKind = (typeof secretKinds)[number];

/**
 * Tells a secret from another without telling it. Of a key that may sign in it is SHA-256 over the public key; of a
 * password and of a host key it is an HMAC under a key of the site's own, over the salted hash and the private key.
 */
export interface SecretFingerprint {
  readonly kind: SecretKind;
  /** The account, or the kind of host key. */
  readonly label: string;
  readonly digest: Uint8Array;
}

/** Something that happened between two reports. */
export interface RuntimeEvent {
  /** Milliseconds since the Unix epoch, by the device's clock. */
  readonly at: number;
  /** `module-loaded`, `module-removed`, `privilege-gained`, `audit`; others are kept, and not judged. */
  readonly kind: string;
  /** The executable that did it, or the name of its task. Empty if that is not known. */
  readonly process: string;
  /** The module's name, the change of privilege, the record. */
  readonly detail: string;
}

/** Events with consecutive numbers. */
export interface EventStream {
  /** 16 octets: chosen when the numbering began. */
  readonly stream: Uint8Array;
  /** The number of the first one here, or of the next to come if there is none. */
  readonly first: number;
  /** How many were lost since the numbering began, because the kernel or the agent could not keep up. */
  readonly lost: number;
  readonly events: readonly RuntimeEvent[];
}

/** Parts of a report that a device may be unable to see. */
export const reportParts = ['kernel', 'modules', 'sockets', 'executables', 'credentials', 'events'] as const;
export type ReportPart = (typeof reportParts)[number];

/** What a device says about its kernel and what runs on it. As good as the kernel that its boot and IMA vouch for. */
export interface RuntimeReport {
  /** 8 to 64 octets: the verifier's. */
  readonly nonce: Uint8Array;
  /** The name of the attestation key that signs it (TPM 2.0 Library, Part 1, 16). */
  readonly signer: Uint8Array;
  /** 16 octets that the kernel draws for each boot. */
  readonly boot: Uint8Array;
  readonly kernel?: KernelState;
  readonly modules?: readonly KernelModule[];
  readonly sockets?: readonly ListeningSocket[];
  readonly executables?: readonly RunningExecutable[];
  readonly credentials?: {
    readonly weak: readonly WeakAccount[];
    readonly fingerprints: readonly SecretFingerprint[];
  };
  readonly events?: EventStream;
  /** Parts that are missing or not whole, and why. */
  readonly unseen: readonly { readonly part: ReportPart; readonly reason: string }[];
}

/** A report with the TPMT_SIGNATURE over its octets. */
export interface SignedReport {
  readonly report: Uint8Array;
  readonly signature: Uint8Array;
}

/** The media type of a signed report. */
export const runtimeReportMediaType = 'application/vnd.kiten.runtime-report+cbor';

/** What a report may have at most. */
export const reportLimits = {
  bytes: 4 << 20,
  modules: 1024,
  sockets: 4096,
  executables: 4096,
  accounts: 1024,
  fingerprints: 1024,
  events: 8192,
  settings: 64,
  path: 4096,
  text: 1024,
} as const;
