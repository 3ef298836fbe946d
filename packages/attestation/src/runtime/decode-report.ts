import type { CborMap, CborValue } from '@kiten/codec';
import { CborShape } from '../evidence/cbor-shape.ts';
import { credentialsLabel, eventsLabel, formatVersion, kernelLabel, label } from './report-labels.ts';
import {
  type EventStream,
  type KernelModule,
  type KernelState,
  type ListeningSocket,
  lockdownLevels,
  type RunningExecutable,
  type RuntimeReport,
  reportLimits,
  reportParts,
  secretKinds,
  socketProtocols,
  weaknesses,
} from './runtime-report.ts';

const shape = new CborShape(
  'attestation/report-malformed',
  'A runtime report is a map of what a kernel runs, as the document on attestation says.',
);

/** Enough for every list at its longest; the length of the input bounds them before. */
const maxItems = 1 << 17;

/**
 * Decodes a runtime report. What is not known is refused: what nobody judges must not look judged.
 *
 * @throws KitenError `attestation/report-malformed`
 */
export function decodeRuntimeReport(bytes: Uint8Array): RuntimeReport {
  const map = shape.map(shape.decode(bytes, { maxBytes: reportLimits.bytes, maxDepth: 5, maxItems }));
  known(map, Object.values(label));
  if (map.get(label.version) !== formatVersion) throw shape.refusal();
  const part = <Value>(key: number, read: (value: CborValue) => Value): Value | undefined =>
    map.has(key) ? read(map.get(key)) : undefined;
  const parts = {
    kernel: part(label.kernel, readKernel),
    modules: part(label.modules, list(reportLimits.modules, readModule)),
    sockets: part(label.sockets, list(reportLimits.sockets, readSocket)),
    executables: part(label.executables, list(reportLimits.executables, readExecutable)),
    credentials: part(label.credentials, readCredentials),
    events: part(label.events, readEvents),
  };
  return {
    nonce: sized(map.get(label.nonce), 8, 64),
    signer: sized(map.get(label.signer), 4, 66),
    boot: sized(map.get(label.boot), 16),
    ...withoutUndefined(parts),
    unseen: part(label.unseen, list(64, readUnseen, 1)) ?? [],
  };
}

function known(map: CborMap, keys: readonly number[]): void {
  for (const key of map.keys()) if (!keys.some((one) => one === key)) throw shape.refusal();
}

const list =
  <Value>(most: number, read: (value: CborValue) => Value, least = 0) =>
  (value: CborValue): readonly Value[] =>
    shape.array(value, least, most).map(read);

function sized(value: CborValue, least: number, most = least): Uint8Array {
  const octets = shape.octets(value);
  if (octets.length < least || octets.length > most) throw shape.refusal();
  return octets;
}

function oneOf<Word extends string>(value: CborValue, words: readonly Word[]): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw shape.refusal();
  return found;
}

function bool(value: CborValue): boolean {
  if (typeof value === 'boolean') return value;
  throw shape.refusal();
}

const name = (value: CborValue): string => {
  const text = shape.text(value, reportLimits.text);
  if (text.length === 0) throw shape.refusal();
  return text;
};
const path = (value: CborValue): string => shape.text(value, reportLimits.path);
const digest = (value: CborValue): Uint8Array => sized(value, 32);

/** Null stands for what the device could not tell. */
const optional = <Value>(value: CborValue, read: (value: CborValue) => Value): Value | undefined =>
  value === null ? undefined : read(value);

type Present<Fields> = { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };

function withoutUndefined<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<Fields>;
}

function readKernel(value: CborValue): KernelState {
  const map = shape.map(value);
  known(map, Object.values(kernelLabel));
  const settings = shape.map(map.get(kernelLabel.settings));
  if (settings.size > reportLimits.settings) throw shape.refusal();
  const lockdown = map.has(kernelLabel.lockdown)
    ? { lockdown: oneOf(map.get(kernelLabel.lockdown), lockdownLevels) }
    : {};
  return {
    release: name(map.get(kernelLabel.release)),
    ...lockdown,
    taint: shape.count(map.get(kernelLabel.taint)),
    settings: new Map([...settings].map(([key, setting]) => [name(key), integer(setting)])),
  };
}

function integer(value: CborValue): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw shape.refusal();
}

function readModule(value: CborValue): KernelModule {
  const [called, file, signer] = shape.array(value, 3, 3);
  const optionals = { digest: optional(file, digest), signer: optional(signer, name) };
  return { name: name(called), ...withoutUndefined(optionals) };
}

function readSocket(value: CborValue): ListeningSocket {
  const [protocol, address, port, executable] = shape.array(value, 4, 4);
  const number = shape.count(port);
  if (number > 65_535) throw shape.refusal();
  return {
    protocol: oneOf(protocol, socketProtocols),
    address: path(address),
    port: number,
    ...withoutUndefined({ executable: optional(executable, path) }),
  };
}

function readExecutable(value: CborValue): RunningExecutable {
  const [file, hash, gone, traced] = shape.array(value, 4, 4);
  return {
    path: path(file),
    ...withoutUndefined({ digest: optional(hash, digest) }),
    gone: bool(gone),
    traced: bool(traced),
  };
}

function readCredentials(value: CborValue): NonNullable<RuntimeReport['credentials']> {
  const map = shape.map(value);
  known(map, Object.values(credentialsLabel));
  const weak = list(reportLimits.accounts, (each) => {
    const [account, weakness] = shape.array(each, 2, 2);
    return { account: name(account), weakness: oneOf(weakness, weaknesses) };
  });
  const fingerprints = list(reportLimits.fingerprints, (each) => {
    const [kind, of, hash] = shape.array(each, 3, 3);
    return { kind: oneOf(kind, secretKinds), label: name(of), digest: digest(hash) };
  });
  return {
    weak: weak(map.get(credentialsLabel.weak)),
    fingerprints: fingerprints(map.get(credentialsLabel.fingerprints)),
  };
}

function readEvents(value: CborValue): EventStream {
  const map = shape.map(value);
  known(map, Object.values(eventsLabel));
  const first = shape.count(map.get(eventsLabel.first));
  const events = list(reportLimits.events, (each) => {
    const [at, kind, process, detail] = shape.array(each, 4, 4);
    return { at: shape.count(at), kind: name(kind), process: path(process), detail: path(detail) };
  })(map.get(eventsLabel.events));
  if (!Number.isSafeInteger(first + events.length)) throw shape.refusal();
  return {
    stream: sized(map.get(eventsLabel.stream), 16),
    first,
    lost: shape.count(map.get(eventsLabel.lost)),
    events,
  };
}

function readUnseen(value: CborValue): RuntimeReport['unseen'][number] {
  const [part, reason] = shape.array(value, 2, 2);
  return { part: oneOf(part, reportParts), reason: name(reason) };
}
