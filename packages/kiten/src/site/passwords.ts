import { type Clock, KitenError, toHex } from '@kiten/codec';
import { type PasswordOutcome, type PasswordVerifier, passwordGroup } from '@kiten/gateway';
import {
  generatePassword,
  type PasswordOrigin,
  passwordBytes,
  passwordEvidence,
  passwordFindingCodes,
  passwordScheme,
} from '@kiten/identity';
import {
  deviceSubject,
  type Evidence,
  type Finding,
  isDeviceId,
  parseDeviceId,
  type SealedEvidence,
} from '@kiten/trust';
import type { Database } from '../store/database.ts';
import { putDevice } from '../store/devices.ts';
import { findPassword, forgetPassword, putPassword, rehashPassword } from '../store/passwords.ts';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import type { Operator } from './operators.ts';
import type { PasswordHasher } from './password-hasher.ts';
import { newcomer } from './register.ts';
import type { Random } from './secrets.ts';
import type { TrustDesk } from './trust-desk.ts';

export interface PasswordParts {
  readonly database: Database;
  readonly book: DeviceBook;
  readonly trust: TrustDesk;
  readonly seal: (evidence: Evidence) => SealedEvidence;
  readonly appraise: (evidence: SealedEvidence) => readonly Finding[];
  readonly hasher: Pick<PasswordHasher, 'hash' | 'verify'>;
  readonly clock: Clock;
  readonly random: Random;
}

export interface PasswordRequest {
  /** A further group; all are in `password`, which keeps their rights narrow. */
  readonly group?: string | undefined;
  /** Whether it may take the place of one. */
  readonly replace?: boolean | undefined;
}

interface NewPassword extends PasswordRequest {
  readonly hash: string;
  readonly origin: PasswordOrigin;
}

/** Verified for names that have no password, so that the time tells nobody which do. */
const nobodys = '$scrypt$ln=14,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const credentialBytes = 8;

/** Passwords of devices that can do no better: given, taken over, withdrawn and verified. */
export class PasswordDesk {
  readonly #parts: PasswordParts;

  constructor(parts: PasswordParts) {
    this.#parts = parts;
  }

  /**
   * Makes a password for a device, which is registered by it if it is not yet, and returns from being revoked.
   *
   * @returns the password; the store keeps its hash only
   * @throws KitenError `kiten/password-exists`, `kiten/device-has-certificate`, `kiten/group-unknown`
   */
  async give(
    id: string,
    request: PasswordRequest,
    operator: Operator,
  ): Promise<{ password: string; device: DeviceRecord }> {
    const { hasher, random } = this.#parts;
    this.#mustBeFree(id, request);
    const password = generatePassword(random);
    const hash = await hasher.hash(passwordBytes(password), 'generated');
    return { password, device: await this.#set(id, { ...request, hash, origin: 'generated' }, operator) };
  }

  /**
   * The same for a password that is known by its hash alone. It is hashed better when it is first used.
   *
   * @throws KitenError `identity/password-hash` too
   */
  async takeOver(
    id: string,
    hash: string,
    request: PasswordRequest,
    operator: Operator,
  ): Promise<DeviceRecord> {
    passwordScheme(hash);
    return this.#set(id, { ...request, hash, origin: 'imported' }, operator);
  }

  /**
   * The device may use its password no more: its connections end, and what stood against it for having one is cleared.
   *
   * @throws KitenError `kiten/password-missing`
   */
  withdraw(id: string, operator: Operator, reason: string): Promise<DeviceRecord> {
    const { trust, clock } = this.#parts;
    const at = clock.now();
    const actor = `operator:${operator.name}`;
    return trust.settle(id, (before) => {
      const { password, ...rest } = before;
      if (password === undefined) {
        throw new KitenError('kiten/password-missing', `${id} has no password.`);
      }
      const device = { ...rest, groups: before.groups.filter((group) => group !== passwordGroup) };
      const found = before.verdict.findings.filter(({ code }) => passwordFindingCodes.has(code));
      const cleared = trust.cleared(device, found, { operator: actor, reason, at });
      const data = { password: password.credential };
      const subject = deviceSubject(before.id);
      return {
        ...cleared,
        events: [{ type: 'password/withdrawn', at, actor, subject, reason, data }, ...cleared.events],
        async store(store) {
          await forgetPassword(store, id);
          await putDevice(store, cleared.after);
          await cleared.store(store);
        },
      };
    });
  }

  /** Tells the gateway whose a password is. */
  readonly verify: PasswordVerifier = async (username, password): Promise<PasswordOutcome> => {
    const { database, hasher } = this.#parts;
    const record = isDeviceId(username) ? await findPassword(database, username) : undefined;
    const verified = await hasher.verify(record?.hash ?? nobodys, password);
    if (verified === 'busy') return { busy: 'Many clients wait to be let in: come back in a few seconds.' };
    if (record === undefined) return { refused: 'No device has a password under this name.' };
    if (!verified.holds) return { refused: 'The password is wrong.' };
    if (verified.better !== undefined) await rehashPassword(database, record, verified.better);
    return { device: record.device, credential: record.credential };
  };

  #set(id: string, request: NewPassword, operator: Operator): Promise<DeviceRecord> {
    const { trust } = this.#parts;
    return trust.turn(id, async () => {
      const { book } = this.#parts;
      this.#mustBeFree(id, request);
      const proposal = this.#propose(id, request, operator);
      await trust.inForce(proposal, book.find(id));
      return proposal.after;
    });
  }

  #propose(id: string, { hash, origin, group }: NewPassword, operator: Operator) {
    const { book, trust, seal, appraise, clock, random } = this.#parts;
    const device = parseDeviceId(id);
    const [at, actor] = [clock.now(), `operator:${operator.name}`];
    const before = book.find(id);
    const credential = toHex(random(credentialBytes));
    const base =
      before === undefined || before.standing === 'revoked' ? newcomer(device, at, before) : before;
    const groups = new Set([
      ...(before?.groups ?? []),
      passwordGroup,
      ...(group === undefined ? [] : [group]),
    ]);
    const admitted: DeviceRecord = {
      ...base,
      certificates: before?.certificates ?? [],
      groups: [...groups],
      password: { credential, origin, setAt: at },
    };
    const evidence = seal(passwordEvidence(device, origin, at));
    const considered = trust.considered(admitted, evidence, appraise(evidence));
    const data = { password: credential, origin, groups: [...groups].join(' ') };
    const event = { type: 'password/set', at, actor, subject: deviceSubject(device), data };
    return {
      ...considered,
      events: [event, ...considered.events],
      async store(store: Parameters<typeof considered.store>[0]) {
        await putDevice(store, considered.after);
        await putPassword(store, { device, credential, hash, origin, setAt: at, setBy: actor });
        await considered.store(store);
      },
    };
  }

  #mustBeFree(id: string, { group, replace = false }: PasswordRequest): void {
    const { book, clock } = this.#parts;
    if (group !== undefined) book.mustKnowGroup(group);
    const device = book.find(id);
    if (device?.password !== undefined && !replace) {
      throw new KitenError('kiten/password-exists', `${id} has a password. Replace it with --replace.`);
    }
    const now = clock.now();
    const isCertified = device?.certificates.some(
      ({ revokedAt, notAfter }) => revokedAt === undefined && notAfter > now,
    );
    if (isCertified === true && device?.password === undefined) {
      throw new KitenError(
        'kiten/device-has-certificate',
        `${id} has a certificate, which is worth more: a password would only take rights away from it.`,
      );
    }
  }
}
