import { type Clock, encodeUtf8, KitenError, toHex } from '@kiten/codec';
import { checkPayloadRule, type PayloadRule } from '@kiten/gateway';
import { sha256 } from '@kiten/identity';
import type { Database } from '../store/database.ts';
import {
  allPayloadRules,
  forgetPayloadRule,
  type PayloadRuleRecord,
  putPayloadRule,
} from '../store/payload-rules.ts';
import type { DeviceBook } from './device-book.ts';
import type { Journal } from './journal.ts';
import type { Operator } from './operators.ts';
import { Turns } from './turns.ts';

export interface PayloadRuleParts {
  readonly database: Database;
  readonly book: DeviceBook;
  readonly journal: Journal;
  readonly clock: Clock;
  /** Brings all rules to where messages pass. */
  readonly enforce: (rules: readonly PayloadRule[]) => void;
}

/** Each message is held to every rule that binds it. */
const mostRules = 256;

/** What the payloads of devices have to be: who set it, why, and that it is held to. */
export class PayloadRuleDesk {
  readonly #parts: PayloadRuleParts;
  readonly #turns = new Turns();
  #records: readonly PayloadRuleRecord[];

  private constructor(parts: PayloadRuleParts, records: readonly PayloadRuleRecord[]) {
    this.#parts = parts;
    this.#records = records;
  }

  /** @throws KitenError `gateway/payload-…` rather than start with a rule that nobody would be held to */
  static async open(parts: PayloadRuleParts): Promise<PayloadRuleDesk> {
    const records = await allPayloadRules(parts.database);
    for (const { rule } of records) checkPayloadRule(rule);
    return new PayloadRuleDesk(parts, records);
  }

  /** In the order of their ids. */
  get records(): readonly PayloadRuleRecord[] {
    return this.#records;
  }

  get rules(): readonly PayloadRule[] {
    return this.#records.map(({ rule }) => rule);
  }

  /**
   * Puts a rule in force, in place of the one of this id, once that is durable.
   *
   * @throws KitenError `gateway/payload-…`, `kiten/group-unknown`, `kiten/payload-rules-full`: nothing is changed then
   */
  set(rule: PayloadRule, operator: Operator, reason: string): Promise<PayloadRuleRecord> {
    return this.#turns.take('rules', async () => {
      const { book, journal, clock } = this.#parts;
      checkPayloadRule(rule);
      for (const group of rule.groups ?? []) book.mustKnowGroup(group);
      const others = this.#records.filter((one) => one.rule.id !== rule.id);
      if (others.length >= mostRules) {
        throw new KitenError('kiten/payload-rules-full', `There are ${mostRules} rules already.`);
      }
      const record = { rule, setBy: `operator:${operator.name}`, setAt: clock.now(), reason };
      const event = {
        type: 'payload-rule/set',
        at: record.setAt,
        actor: record.setBy,
        reason,
        data: { rule: rule.id, filter: rule.filter, sha256: digestOf(rule) },
      };
      await journal.commit([event], (store) => putPayloadRule(store, record));
      this.#inForce([...others, record]);
      return record;
    });
  }

  /** @throws KitenError `kiten/payload-rule-unknown` */
  remove(id: string, operator: Operator, reason: string): Promise<void> {
    return this.#turns.take('rules', async () => {
      const { journal, clock } = this.#parts;
      const actor = `operator:${operator.name}`;
      const event = { type: 'payload-rule/removed', at: clock.now(), actor, reason, data: { rule: id } };
      const left = this.#records.filter(({ rule }) => rule.id !== id);
      if (left.length === this.#records.length) {
        throw new KitenError('kiten/payload-rule-unknown', `There is no payload rule “${id.slice(0, 80)}”.`);
      }
      await journal.commit([event], (store) => forgetPayloadRule(store, id));
      this.#inForce(left);
    });
  }

  #inForce(records: readonly PayloadRuleRecord[]): void {
    this.#records = records.toSorted((one, other) => (one.rule.id < other.rule.id ? -1 : 1));
    this.#parts.enforce(this.rules);
  }
}

/** The log has no room for a schema; it says which one it was. */
function digestOf(rule: PayloadRule): string {
  return toHex(sha256(encodeUtf8(JSON.stringify(rule))));
}
