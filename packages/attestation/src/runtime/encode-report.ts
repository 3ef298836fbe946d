import { type CborMap, type CborValue, encodeCbor } from '@kiten/codec';
import { credentialsLabel, eventsLabel, formatVersion, kernelLabel, label } from './report-labels.ts';
import type {
  EventStream,
  KernelModule,
  KernelState,
  ListeningSocket,
  RunningExecutable,
  RuntimeReport,
} from './runtime-report.ts';

/**
 * A report as octets: deterministic CBOR, to be signed by TPM2_Hash and TPM2_Sign. A map never begins like what a TPM
 * says itself (TPM_GENERATED), so that a restricted key signs it.
 */
export function encodeRuntimeReport(report: RuntimeReport): Uint8Array {
  const { kernel, modules, sockets, executables, credentials, events, unseen } = report;
  return encodeCbor(
    mapOf([
      [label.version, formatVersion],
      [label.nonce, report.nonce],
      [label.signer, report.signer],
      [label.boot, report.boot],
      [label.kernel, kernel && kernelToCbor(kernel)],
      [label.modules, modules?.map(moduleToCbor)],
      [label.sockets, sockets?.map(socketToCbor)],
      [label.executables, executables?.map(executableToCbor)],
      [label.credentials, credentials && credentialsToCbor(credentials)],
      [label.events, events && eventsToCbor(events)],
      [label.unseen, unseen.length === 0 ? undefined : unseen.map(({ part, reason }) => [part, reason])],
    ]),
  );
}

/** A map of what is there. */
export const mapOf = (entries: readonly (readonly [CborValue, CborValue])[]): CborMap =>
  new Map(entries.filter(([, value]) => value !== undefined));

const kernelToCbor = ({ release, lockdown, taint, settings }: KernelState): CborValue =>
  mapOf([
    [kernelLabel.release, release],
    [kernelLabel.lockdown, lockdown],
    [kernelLabel.taint, taint],
    [kernelLabel.settings, new Map(settings)],
  ]);

/** Null stands for what the device could not tell. */
const moduleToCbor = ({ name, digest, signer }: KernelModule): CborValue => [
  name,
  digest ?? null,
  signer ?? null,
];

const socketToCbor = ({ protocol, address, port, executable }: ListeningSocket): CborValue => [
  protocol,
  address,
  port,
  executable ?? null,
];

const executableToCbor = ({ path, digest, gone, traced }: RunningExecutable): CborValue => [
  path,
  digest ?? null,
  gone,
  traced,
];

const credentialsToCbor = ({ weak, fingerprints }: NonNullable<RuntimeReport['credentials']>): CborValue =>
  mapOf([
    [credentialsLabel.weak, weak.map(({ account, weakness }): CborValue => [account, weakness])],
    [
      credentialsLabel.fingerprints,
      fingerprints.map(({ kind, label: name, digest }): CborValue => [kind, name, digest]),
    ],
  ]);

const eventsToCbor = ({ stream, first, lost, events }: EventStream): CborValue =>
  mapOf([
    [eventsLabel.stream, stream],
    [eventsLabel.first, first],
    [eventsLabel.lost, lost],
    [
      eventsLabel.events,
      events.map(({ at, kind, process, detail }): CborValue => [at, kind, process, detail]),
    ],
  ]);
