import { type Clock, KitenError } from '@kiten/codec';
import type { Database } from '../../store/database.ts';
import { storedOperator } from '../../store/operators.ts';
import {
  deleteRecoveryCode,
  recoveryCodeOwner,
  recoveryCodesLeft,
  replaceRecoveryCodes,
} from '../../store/recovery-codes.ts';
import type { Journal } from '../journal.ts';
import { actorOf, type Operator, type Role } from '../operators.ts';
import { type Random, secretHash } from '../secrets.ts';
import { inHand } from './hands.ts';
import { mustBeOurs } from './managed.ts';
import type { Proven } from './proven.ts';

export interface RecoveryParts {
  readonly database: Database;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
}

const CODES = 10;
/** 80 bits each: nobody guesses one, so a plain hash keeps it. */
const BYTES = 10;
/** Crockford's base 32: nothing in it is easily taken for something else. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Codes on paper, for whoever has lost the passkeys. Each signs in once. */
export class RecoveryDesk {
  readonly #parts: RecoveryParts;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  /** Makes new ones, which is the end of those before. They are shown this once. */
  async make(operator: Operator): Promise<readonly string[]> {
    const { database, journal, clock, random } = this.#parts;
    await mustBeOurs(database, operator.name);
    const codes = Array.from({ length: CODES }, () => format(random(BYTES)));
    const at = clock.now();
    const event = {
      type: 'operator/recovery-codes-made',
      at,
      actor: actorOf(operator),
      data: { operator: operator.name },
    };
    const made = { at, by: operator.hand };
    const hashes = codes.map((code) => secretHash(read(code)));
    await journal.commit([event], (store) => replaceRecoveryCodes(store, operator.name, hashes, made));
    return codes;
  }

  left(operator: string): Promise<{ left: number; createdAt?: number }> {
    return recoveryCodesLeft(this.#parts.database, operator);
  }

  /** @throws KitenError `kiten/recovery-code` if it is unknown or used */
  async prove(code: string): Promise<Proven> {
    const { database } = this.#parts;
    const hash = secretHash(read(code));
    const known = await recoveryCodeOwner(database, hash);
    const operator = known === undefined ? undefined : await storedOperator(database, known.operator);
    if (operator === undefined) throw noSuchCode();
    return {
      operator: inHand({ name: operator.name, role: operator.role as Role }, known?.createdBy),
      async spend(store) {
        if (!(await deleteRecoveryCode(store, hash))) throw noSuchCode();
      },
    };
  }
}

function noSuchCode(): KitenError {
  return new KitenError(
    'kiten/recovery-code',
    'This recovery code was used already, was replaced by newer ones, or is not of this site.',
  );
}

function format(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const letters = bits.replace(/.{5}/g, (five) => alphabet[Number.parseInt(five, 2)] ?? '');
  return letters.replace(/(.{4})(?=.)/g, '$1-');
}

/** As people type it: in any case, with or without dashes, O for 0 and I or L for 1. */
function read(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
