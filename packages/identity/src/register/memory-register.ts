import type { KitenError } from '@kiten/codec';
import type { DeviceId, RecordedEvent, Standing } from '@kiten/trust';
import type { TokenRecord } from '../tokens/token.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import type {
  CertificateStanding,
  DeviceRecord,
  DeviceRegister,
  Enrolment,
  IdevidAdmission,
  IdevidIdentity,
} from './device-register.ts';
import { type EnrolmentAttempt, enrolmentRefusal } from './enrolment-refusal.ts';

/** Tokens and devices in memory, for tests and simulations: the semantics that a register over SQL must have. */
export interface MemoryRegister extends DeviceRegister, TokenStore {
  readonly events: readonly RecordedEvent[];
  /** Registers a device before it enrols. */
  add(device: DeviceRecord): void;
  /** Sets the standing; `revoked` also revokes the device's certificates. */
  setStanding(device: DeviceId, standing: Standing, at: number): void;
}

export function createMemoryRegister(
  admit: (identity: IdevidIdentity) => IdevidAdmission | undefined = () => undefined,
): MemoryRegister {
  const tokens = new Map<string, TokenRecord>();
  const devices = new Map<DeviceId, DeviceRecord>();
  const keyOwners = new Map<string, DeviceId>();
  const events: RecordedEvent[] = [];

  // No await in here: nothing comes between the judgement and its effects.
  function enrol(enrolment: Enrolment): KitenError | undefined {
    const attempt = attemptOf(enrolment);
    const token = tokens.get(enrolment.tokenHash ?? '');
    const device = devices.get(attempt.device);
    const keyOwner = keyOwners.get(attempt.publicKeyDigest);
    const refusal = enrolmentRefusal(attempt, { token, device, keyOwner });
    if (refusal !== undefined) return refusal;
    if (enrolment.method === 'token' && token !== undefined) {
      const { at, device: by } = attempt;
      tokens.set(token.hash, { ...token, used: { at, device: by, serial: enrolment.certificate.serial } });
    }
    devices.set(attempt.device, deviceAfter(device, enrolment, token?.group));
    keyOwners.set(attempt.publicKeyDigest, attempt.device);
    events.push(enrolment.event);
    return undefined;
  }

  return {
    events,
    device: async (id) => devices.get(id),
    keyOwner: async (digest) => keyOwners.get(digest),
    idevid: async (identity) => admit(identity),
    enrol: async (enrolment) => enrol(enrolment),
    async insert(record) {
      tokens.set(record.hash, record);
    },
    find: async (hash) => tokens.get(hash),
    list: async () => [...tokens.values()].reverse(),
    async revoke(hash, at) {
      const record = tokens.get(hash);
      if (record === undefined || record.used !== undefined || record.revokedAt !== undefined) return false;
      tokens.set(hash, { ...record, revokedAt: at });
      return true;
    },
    add: (device) => void devices.set(device.id, device),
    setStanding(id, standing, at) {
      const device = devices.get(id);
      if (device === undefined) return;
      const certificates =
        standing === 'revoked'
          ? device.certificates.map((one) => ({ ...one, revokedAt: at }))
          : device.certificates;
      devices.set(id, { ...device, standing, standingSince: at, certificates });
    },
  };
}

/** The attempt that an enrolment carries out, for a register that judges it once more. */
export function attemptOf({ method, certificate, idevid, presented }: Enrolment): EnrolmentAttempt {
  return {
    method,
    device: certificate.device,
    publicKeyDigest: certificate.publicKeyDigest,
    at: certificate.issuedAt,
    ...(idevid === undefined ? {} : { idevid }),
    ...(presented === undefined ? {} : { presented }),
  };
}

function deviceAfter(
  before: DeviceRecord | undefined,
  enrolment: Enrolment,
  group: string | undefined,
): DeviceRecord {
  const { certificate, idevid } = enrolment;
  const { serial, publicKeyDigest, notAfter, issuedAt } = certificate;
  const issued: CertificateStanding = { serial, publicKeyDigest, notAfter };
  const groups = new Set([...(before?.groups ?? []), ...(idevid?.admission.groups ?? [])]);
  if (group !== undefined) groups.add(group);
  const returns = before === undefined || before.standing === 'revoked';
  const known = idevid?.key ?? before?.idevid;
  return {
    id: certificate.device,
    standing: returns ? 'admitted' : before.standing,
    standingSince: returns ? issuedAt : before.standingSince,
    groups: [...groups],
    ...(known === undefined ? {} : { idevid: known }),
    certificates: [...(before?.certificates ?? []), issued],
  };
}
