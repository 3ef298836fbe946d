import { hexOf, textOf } from '../hash.ts';
import type { ReferenceFiles } from '../reference/reference-files.ts';
import { ReferenceFiles as Files } from '../reference/reference-files.ts';
import {
  type ListeningSocket,
  type Lockdown,
  lockdownLevels,
  type RuntimeReport,
  type SocketProtocol,
} from './runtime-report.ts';

/** How a module may be: by a digest of its file, or by who signed it. */
export interface ModuleReference {
  /** Hexadecimal SHA-256. */
  readonly digests: ReadonlySet<string>;
  readonly signers: ReadonlySet<string>;
}

/** A socket that may listen. */
export interface SocketReference {
  readonly protocol: SocketProtocol;
  /** `0.0.0.0` and `::` stand for any address. Means nothing for `unix`. */
  readonly address: string;
  /** 0 stands for any. */
  readonly port: number;
  readonly executable: string;
}

/** What an image's kernel may be and run. What is absent is not judged. */
export interface RuntimeReference {
  /** At least. */
  readonly lockdown?: Lockdown;
  /** Bits that may be set. */
  readonly taint: number;
  readonly settings: ReadonlyMap<string, number>;
  /** By name. */
  readonly modules?: ReadonlyMap<string, ModuleReference>;
  readonly sockets?: readonly SocketReference[];
  /** Beside the files that IMA measures. */
  readonly executables?: ReferenceFiles;
  /** Executables that may gain privileges. */
  readonly privileged?: ReadonlySet<string>;
  /** Hexadecimal SHA-256 of public keys that may sign in. */
  readonly authorizedKeys?: ReadonlySet<string>;
}

/** From here on Linux gives out ports that nobody asked for (ip_local_port_range): another one after each start. */
const firstEphemeralPort = 32_768;

/**
 * What a golden device teaches about its kernel. Parts that it could not see whole teach nothing; weak accounts, traces
 * of damage and what runs without a file are no example.
 */
export function learnRuntime(report: RuntimeReport): RuntimeReference {
  const { kernel, modules, sockets, executables, credentials, events, unseen } = report;
  const isWhole = (part: string) => unseen.every((each) => each.part !== part);
  return {
    ...(kernel?.lockdown === undefined ? {} : { lockdown: kernel.lockdown }),
    taint: kernel?.taint ?? 0,
    settings: kernel?.settings ?? new Map(),
    ...(modules !== undefined && isWhole('modules') ? { modules: learnModules(modules) } : {}),
    ...(sockets !== undefined && isWhole('sockets') ? { sockets: learnSockets(sockets) } : {}),
    ...(executables !== undefined && isWhole('executables')
      ? { executables: learnExecutables(executables) }
      : {}),
    ...learnPrivileged(events),
    ...(credentials !== undefined && isWhole('credentials')
      ? { authorizedKeys: learnKeys(credentials.fingerprints) }
      : {}),
  };
}

/** A golden device that saw no change of privilege teaches nothing about them. */
function learnPrivileged(stream: RuntimeReport['events']): Pick<RuntimeReference, 'privileged'> {
  const gained = (stream?.events ?? []).filter(({ kind }) => kind === 'privilege-gained');
  return gained.length === 0 ? {} : { privileged: new Set(gained.map(({ process }) => process)) };
}

function learnModules(modules: NonNullable<RuntimeReport['modules']>) {
  return new Map(
    modules.map(({ name, digest, signer }) => [
      name,
      {
        digests: new Set(digest === undefined ? [] : [hexOf(textOf(digest))]),
        signers: new Set(signer === undefined ? [] : [signer]),
      },
    ]),
  );
}

function learnSockets(sockets: readonly ListeningSocket[]): SocketReference[] {
  const learnt = new Map<string, SocketReference>();
  for (const { protocol, address, port, executable } of sockets) {
    if (executable === undefined) continue;
    const isLocal = protocol === 'unix';
    const reference = {
      protocol,
      address: isLocal ? '' : address,
      port: isLocal || (protocol === 'udp' && port >= firstEphemeralPort) ? 0 : port,
      executable,
    };
    learnt.set(JSON.stringify(reference), reference);
  }
  return [...learnt.values()];
}

function learnExecutables(executables: NonNullable<RuntimeReport['executables']>): ReferenceFiles {
  return new Files(
    executables.flatMap(({ path, digest, gone }) =>
      digest === undefined || gone ? [] : [{ path, hash: 'sha256', digest: textOf(digest) }],
    ),
  );
}

const learnKeys = (fingerprints: NonNullable<RuntimeReport['credentials']>['fingerprints']) =>
  new Set(
    fingerprints.filter(({ kind }) => kind === 'authorized-key').map(({ digest }) => hexOf(textOf(digest))),
  );

/** Whether a level is as strong as another. */
export const isAsStrong = (level: Lockdown | undefined, least: Lockdown): boolean =>
  lockdownLevels.indexOf(level ?? 'none') >= lockdownLevels.indexOf(least);

const anyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/** Whether a socket is one that may listen. One that is bound to less than is allowed is allowed, too. */
export function allowsSocket(reference: SocketReference, socket: ListeningSocket): boolean {
  if (reference.protocol !== socket.protocol || reference.executable !== socket.executable) return false;
  if (socket.protocol === 'unix') return true;
  const isPort = reference.port === 0 || reference.port === socket.port;
  const isAddress = reference.address === socket.address || coversAddress(reference.address, socket.address);
  return isPort && isAddress;
}

/** `::` takes IPv4 as well unless told otherwise (ipv6(7), IPV6_V6ONLY). */
const coversAddress = (reference: string, address: string): boolean =>
  anyAddress.has(reference) && (reference === '::' || !address.includes(':'));

/** Whether only this machine reaches it. */
export const isLocalSocket = ({ protocol, address }: ListeningSocket): boolean =>
  protocol === 'unix' || address.startsWith('127.') || address === '::1' || address.startsWith('::ffff:127.');
