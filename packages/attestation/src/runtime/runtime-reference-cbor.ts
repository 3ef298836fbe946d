import { type CborMap, type CborValue, encodeCbor, fromHex } from '@kiten/codec';
import { CborShape } from '../evidence/cbor-shape.ts';
import { hexOf, octetsOf, textOf } from '../hash.ts';
import { ReferenceFiles } from '../reference/reference-files.ts';
import { mapOf } from './encode-report.ts';
import type { ModuleReference, RuntimeReference, SocketReference } from './runtime-reference.ts';
import { lockdownLevels, socketProtocols } from './runtime-report.ts';

/** Labels of the reference values of a runtime report; docs/attestation.md has their CDDL. */
const label = {
  lockdown: 1,
  taint: 2,
  settings: 3,
  modules: 4,
  sockets: 5,
  executables: 6,
  privileged: 7,
  authorizedKeys: 8,
} as const;

const shape = new CborShape(
  'attestation/corim-malformed',
  'The reference values of a runtime report are a map, as the document on attestation says.',
);

/** More than any image has. */
const most = 1 << 16;

/** Reference values as octets, which a CoRIM has as the raw value of the element `runtime-report`. */
export function encodeRuntimeReference(reference: RuntimeReference): Uint8Array {
  const { lockdown, taint, settings, modules, sockets, executables, privileged, authorizedKeys } = reference;
  const hashes = (digests: Iterable<string>) => [...digests].toSorted().map((digest) => fromHex(digest));
  return encodeCbor(
    mapOf([
      [label.lockdown, lockdown],
      [label.taint, taint],
      [label.settings, new Map([...settings])],
      [
        label.modules,
        modules &&
          new Map(
            [...modules].map(([name, { digests, signers }]): [CborValue, CborValue] => [
              name,
              [hashes(digests), [...signers].toSorted()],
            ]),
          ),
      ],
      [label.sockets, sockets?.map(socketToCbor)],
      [
        label.executables,
        executables &&
          [...executables].map(({ path, digest }): CborValue => [path, octetsOf(digest)]).toSorted(byText),
      ],
      [label.privileged, privileged && [...privileged].toSorted()],
      [label.authorizedKeys, authorizedKeys && hashes(authorizedKeys)],
    ]),
  );
}

const socketToCbor = ({ protocol, address, port, executable }: SocketReference): CborValue => [
  protocol,
  address,
  port,
  executable,
];

const byText = (left: CborValue, right: CborValue): number =>
  String((left as CborValue[])[0]) < String((right as CborValue[])[0]) ? -1 : 1;

/** @throws KitenError `attestation/corim-malformed` */
export function decodeRuntimeReference(bytes: Uint8Array): RuntimeReference {
  const map = shape.map(
    shape.decode(bytes, { maxBytes: 16 << 20, maxDepth: 5, maxItems: 1 << 20, deterministic: false }),
  );
  const at = <Value>(key: number, read: (value: CborValue) => Value): Value | undefined =>
    map.has(key) ? read(map.get(key)) : undefined;
  const lockdown = at(label.lockdown, (value) => word(value, lockdownLevels));
  const modules = at(label.modules, readModules);
  const sockets = at(label.sockets, (value) => shape.array(value, 0, most).map(readSocket));
  const executables = at(label.executables, readExecutables);
  const privileged = at(label.privileged, texts);
  const authorizedKeys = at(label.authorizedKeys, hashSet);
  return {
    ...(lockdown === undefined ? {} : { lockdown }),
    taint: at(label.taint, (value) => shape.count(value)) ?? 0,
    settings: at(label.settings, readSettings) ?? new Map(),
    ...(modules === undefined ? {} : { modules }),
    ...(sockets === undefined ? {} : { sockets }),
    ...(executables === undefined ? {} : { executables }),
    ...(privileged === undefined ? {} : { privileged }),
    ...(authorizedKeys === undefined ? {} : { authorizedKeys }),
  };
}

function word<Word extends string>(value: CborValue, words: readonly Word[]): Word {
  const found = words.find((each) => each === value);
  if (found === undefined) throw shape.refusal();
  return found;
}

const path = (value: CborValue): string => shape.text(value, 4096);
const texts = (value: CborValue): Set<string> => new Set(shape.array(value, 0, most).map(path));

function hashOf(value: CborValue): Uint8Array {
  const octets = shape.octets(value);
  if (octets.length !== 32) throw shape.refusal();
  return octets;
}

const hashSet = (value: CborValue): Set<string> =>
  new Set(shape.array(value, 0, most).map((each) => hexOf(textOf(hashOf(each)))));

function readSettings(value: CborValue): Map<string, number> {
  return new Map(
    [...shape.map(value)].map(([name, setting]) => {
      if (typeof setting !== 'number' || !Number.isSafeInteger(setting)) throw shape.refusal();
      return [shape.text(name), setting];
    }),
  );
}

function readModules(value: CborValue): Map<string, ModuleReference> {
  const modules: CborMap = shape.map(value);
  return new Map(
    [...modules].map(([name, reference]) => {
      const [digests, signers] = shape.array(reference, 2, 2);
      return [shape.text(name), { digests: hashSet(digests), signers: texts(signers) }];
    }),
  );
}

function readSocket(value: CborValue): SocketReference {
  const [protocol, address, port, executable] = shape.array(value, 4, 4);
  return {
    protocol: word(protocol, socketProtocols),
    address: path(address),
    port: shape.count(port),
    executable: path(executable),
  };
}

const readExecutables = (value: CborValue): ReferenceFiles =>
  new ReferenceFiles(
    shape.array(value, 0, most).map((each) => {
      const [file, digest] = shape.array(each, 2, 2);
      return { path: path(file), hash: 'sha256', digest: textOf(hashOf(digest)) };
    }),
  );
