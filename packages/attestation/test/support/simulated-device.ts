import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { concatBytes, ecdsaDerToRaw } from '@kiten/codec';
import {
  encodeAttest,
  encodePublicArea,
  encodeTpmSignature,
  type ObjectAttribute,
  objectName,
  type PublicArea,
  type TpmHash,
  tpmHashOf,
} from '@kiten/wire';
import {
  decodeCorim,
  encodeCorim,
  type ImaPart,
  type ImaRule,
  keyOfArea,
  learnReference,
  type OctetText,
  parseBootLog,
  pcrDigest,
  type ReferenceImage,
  Register,
  replayBootLog,
  replayIma,
  type SignedAttest,
  type TpmEvidence,
  type TpmKey,
} from '../../src/index.ts';
import { bootLog, imaLog, type MadeEvent, type MadeMeasurement } from './logs.ts';

const sha256 = tpmHashOf(11)!;
const digest = (hash: TpmHash, data: Uint8Array) => createHash(hash.name).update(data).digest();

/** A key as a TPM has it, in software. */
export class SimulatedKey {
  readonly key: KeyObject;
  readonly area: PublicArea;
  readonly publicArea: Uint8Array;

  constructor(
    attributes: readonly ObjectAttribute[] = [
      'fixedTpm',
      'fixedParent',
      'sensitiveDataOrigin',
      'userWithAuth',
      'restricted',
      'signEncrypt',
    ],
  ) {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
    this.key = pair.privateKey;
    this.area = {
      type: 'ecc',
      nameHash: sha256,
      attributes: new Set(attributes),
      authPolicy: new Uint8Array(0),
      symmetric: undefined,
      scheme: { algorithm: 0x18, hash: sha256 },
      curve: 3,
      kdf: undefined,
      x: Buffer.from(x, 'base64url'),
      y: Buffer.from(y, 'base64url'),
    };
    this.publicArea = encodePublicArea(this.area);
  }

  get tpmKey(): TpmKey {
    return keyOfArea(this.area);
  }

  sign(message: Uint8Array): Uint8Array {
    const raw = ecdsaDerToRaw(sign('sha256', message, this.key), 32);
    return encodeTpmSignature({ scheme: 'ecdsa', hash: sha256, r: raw.subarray(0, 32), s: raw.subarray(32) });
  }
}

export const goodBoot: readonly MadeEvent[] = [
  { pcr: 0, type: 8, data: 'firmware 1.0' },
  { pcr: 0, type: 0x80000008, data: 'firmware volume' },
  { pcr: 4, type: 0x80000003, data: 'shim' },
  { pcr: 4, type: 0x80000003, data: 'grub' },
  { pcr: 4, type: 0x80000003, data: 'vmlinuz' },
  { pcr: 7, type: 0x80000001, data: 'SecureBoot=1' },
  ...[0, 4, 7].map((pcr) => ({ pcr, type: 4, data: '\0\0\0\0' })),
];

export const goodFiles = ['/sbin/init', '/bin/sh', '/usr/bin/agent', '/lib/libc.so.6'];

/** A device with a TPM in software: what it boots and runs is what it quotes. */
export class SimulatedDevice {
  readonly ak = new SimulatedKey();
  readonly banks: readonly number[];
  bootEvents: readonly MadeEvent[] = goodBoot;
  measurements: (MadeMeasurement | string)[] = [...goodFiles];
  /** Extended into registers besides what the logs say. */
  extra: { readonly pcr: number; readonly digest: OctetText }[] = [];
  imaRule: ImaRule = 'hashed';
  /** Whether it measures what it runs. */
  withList = true;
  resetCount = 7;
  clock = 1000n;

  constructor(banks: readonly number[] = [11]) {
    this.banks = banks;
  }

  get bootLog(): Buffer {
    return bootLog(this.bootEvents, this.banks);
  }

  /** The measurement list, with the aggregate over this boot in front. */
  get imaLog(): Buffer {
    const registers = replayBootLog(parseBootLog(this.bootLog)).get(11)!;
    const values = Array.from({ length: 10 }, (_, pcr) => registers.get(pcr) ?? '\0'.repeat(32));
    const aggregate = { path: 'boot_aggregate', content: Buffer.from(values.join(''), 'latin1') as never };
    return imaLog(aggregate, ...this.measurements);
  }

  /** What the TPM's registers hold: PCRs 0 to 10 and 14. */
  registers(): Map<number, Map<number, OctetText>> {
    const boot = replayBootLog(parseBootLog(this.bootLog));
    return new Map(
      this.banks.map((id) => {
        const bank = tpmHashOf(id)!;
        const list = this.withList ? this.imaLog : Buffer.alloc(0);
        const ima = replayIma(list, bank, { rule: this.imaRule }).values;
        const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14].map((pcr): [number, OctetText] => {
          const start = ima.get(pcr) ?? boot.get(id)?.get(pcr) ?? '\0'.repeat(bank.bytes);
          const register = new Register(bank, start);
          for (const each of this.extra) if (each.pcr === pcr) register.extend(each.digest);
          return [pcr, register.value];
        });
        return [id, new Map(values)];
      }),
    );
  }

  quote(nonce: Uint8Array, key = this.ak): SignedAttest {
    const banks = this.registers();
    const selections = this.banks.map((id) => ({
      bank: tpmHashOf(id)!,
      pcrs: [...banks.get(id)!.keys()],
      mapBytes: 3,
    }));
    const message = encodeAttest({
      qualifiedSigner: concatBytes(Uint8Array.of(0, 11), digest(sha256, Buffer.from('qualified'))),
      extraData: nonce,
      clockInfo: { clock: this.clock, resetCount: this.resetCount, restartCount: 0, safe: true },
      firmwareVersion: 1n,
      attested: {
        type: 'quote',
        selections,
        pcrDigest: Buffer.from(pcrDigest(selections, banks, sha256)!, 'latin1'),
      },
    });
    return { message, signature: key.sign(message) };
  }

  evidence(nonce: Uint8Array, ima: ImaPart = { offset: 0, entries: this.imaLog }): TpmEvidence {
    return {
      quotes: [this.quote(nonce)],
      banks: this.registers(),
      attester: this.ak.publicArea,
      bootLog: this.bootLog,
      ima,
    };
  }

  certify(subject: SimulatedKey, nonce: Uint8Array, publicArea = subject.publicArea) {
    const name = objectName(subject.publicArea, digest);
    const message = encodeAttest({
      qualifiedSigner: new Uint8Array(0),
      extraData: nonce,
      clockInfo: { clock: this.clock, resetCount: this.resetCount, restartCount: 0, safe: true },
      firmwareVersion: 1n,
      attested: { type: 'certify', name, qualifiedName: name },
    });
    return { message, signature: this.ak.sign(message), publicArea };
  }

  /** What a golden device teaches, by way of a CoRIM. */
  learn(model = 'gateway 1'): ReferenceImage {
    return decodeCorim(this.learnCorim(model));
  }

  learnCorim(model = 'gateway 1'): Uint8Array {
    const { bootLog: boot, imaLog: list } = this;
    const golden = { id: `urn:example:${model}`, vendor: 'Acme', model, bootLog: boot, imaLog: list };
    return encodeCorim(learnReference({ ...golden, banks: this.registers() }));
  }
}
