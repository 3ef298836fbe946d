import { type Clock, KitenError, toHex } from '@kiten/codec';
import type { RecordedEvent } from '@kiten/trust';
import {
  type ApprovalRecord,
  interruptedApprovals,
  pendingCount,
  putApproval,
  storedApproval,
  storedApprovals,
} from '../store/approvals.ts';
import type { Database } from '../store/database.ts';
import { mayBeOne } from './access/hands.ts';
import type { ApprovalAction, DrasticAction, DrasticActions } from './drastic-actions.ts';
import type { EventHub } from './event-hub.ts';
import type { Journal } from './journal.ts';
import type { Operator, OperatorDesk } from './operators.ts';
import type { OperatorAction, PolicyDesk } from './policies.ts';
import type { Random } from './secrets.ts';
import { Turns } from './turns.ts';

export interface ApprovalParts {
  readonly site: string;
  readonly database: Database;
  readonly journal: Journal;
  readonly hub: EventHub;
  readonly clock: Clock;
  readonly random: Random;
  readonly operators: Pick<OperatorDesk, 'mustKnow'>;
  readonly policies: Pick<PolicyDesk, 'permits'>;
  readonly actions: DrasticActions;
  /** What needs a second person here, besides breaking the glass. */
  readonly needed: readonly ApprovalAction[];
  /** Milliseconds that a request waits. */
  readonly patience: number;
}

/** Either it was done, or it waits for a second person. */
export type Asked<Result> = { readonly done: Result } | { readonly pending: ApprovalRecord };

type ParametersOf<Action extends ApprovalAction> =
  DrasticActions[Action] extends DrasticAction<infer Parameters, unknown> ? Parameters : never;
type ResultOf<Action extends ApprovalAction> =
  DrasticActions[Action] extends DrasticAction<never, infer Result> ? Result : never;

const kept = 1000;
const mostPending = 1000;

/** Drastic actions: each with a reason, and those that the site says so about by two people. */
export class ApprovalDesk {
  readonly #parts: ApprovalParts;
  readonly #turns = new Turns();

  private constructor(parts: ApprovalParts) {
    this.#parts = parts;
  }

  static async open(parts: ApprovalParts): Promise<ApprovalDesk> {
    const desk = new ApprovalDesk(parts);
    for (const approval of await interruptedApprovals(parts.database)) {
      const detail = 'The site stopped while this was being done: see how far it came, and ask again.';
      await desk.#fail(approval, new KitenError('kiten/approval-interrupted', detail));
    }
    return desk;
  }

  get needed(): readonly ApprovalAction[] {
    return [...new Set<ApprovalAction>(['break-glass', ...this.#parts.needed])];
  }

  /** The newest first. */
  async all(): Promise<ApprovalRecord[]> {
    const now = this.#parts.clock.now();
    return (await storedApprovals(this.#parts.database, kept)).map((one) => expired(one, now));
  }

  /**
   * Does it, or keeps it for a second person to decide.
   *
   * @throws KitenError what the action throws, `kiten/too-many-approvals`
   */
  async ask<Action extends ApprovalAction>(
    action: Action,
    parameters: ParametersOf<Action>,
    operator: Operator,
    reason: string,
  ): Promise<Asked<ResultOf<Action>>> {
    const drastic = this.#action(action);
    await drastic.prepare?.(parameters);
    if (!this.needed.includes(action)) {
      const request = { id: '', operator, reason, approvedBy: '' };
      return { done: (await drastic.perform(parameters, request)) as ResultOf<Action> };
    }
    return {
      pending: await this.#keep(action, parameters as Readonly<Record<string, unknown>>, operator, reason),
    };
  }

  async #keep(
    action: ApprovalAction,
    parameters: Readonly<Record<string, unknown>>,
    operator: Operator,
    reason: string,
  ): Promise<ApprovalRecord> {
    const { database, clock, random, patience } = this.#parts;
    const at = clock.now();
    if ((await pendingCount(database, at)) >= mostPending) {
      throw new KitenError(
        'kiten/too-many-approvals',
        'Too many requests wait for approval: decide those first.',
      );
    }
    const approval: ApprovalRecord = {
      ...{ id: toHex(random(8)), action, parameters, requestedBy: operator.name, reason },
      ...{ requestedAt: at, expiresAt: at + patience, state: 'pending' },
      ...(operator.hand === undefined ? {} : { requestedHand: operator.hand }),
    };
    await this.#put(approval, 'approval/requested', operator, reason);
    return approval;
  }

  /** What one must be allowed to do to decide about it. @throws KitenError `kiten/approval-unknown` */
  async needsOf(id: string): Promise<OperatorAction> {
    const { action } = await this.#find(id);
    return this.#action(action as ApprovalAction).needs;
  }

  /**
   * A second person agrees: it is done, in the name of whoever asked for it.
   *
   * @throws KitenError `kiten/approval-unknown`, `kiten/approval-own`, `kiten/approval-same-hand`, `kiten/approval-decided`,
   *   `kiten/forbidden`
   */
  approve(id: string, operator: Operator, reason: string): Promise<ApprovalRecord> {
    return this.#turns.take(id, async () => {
      const approval = await this.#decided(id, 'approved', operator, reason);
      try {
        const requester = await this.#parts.operators.mustKnow(approval.requestedBy);
        this.#mustPermit(requester, approval);
        const request = { id, operator: requester, reason: approval.reason, approvedBy: operator.name };
        await this.#action(approval.action as ApprovalAction).perform(approval.parameters, request);
      } catch (error) {
        if (error instanceof KitenError) return this.#fail(approval, error);
        throw error;
      }
      const done = { ...approval, doneAt: this.#parts.clock.now() };
      await putApproval(this.#parts.database, done);
      return done;
    });
  }

  /** A second person declines, or whoever asked takes it back. */
  deny(id: string, operator: Operator, reason: string): Promise<ApprovalRecord> {
    return this.#turns.take(id, () => this.#decided(id, 'denied', operator, reason));
  }

  async #decided(id: string, state: 'approved' | 'denied', operator: Operator, reason: string) {
    const now = this.#parts.clock.now();
    const approval = expired(await this.#find(id), now);
    if (approval.state !== 'pending') {
      throw new KitenError('kiten/approval-decided', `The request ${id} is ${approval.state} already.`);
    }
    if (state === 'approved') mustBeAnother(approval, operator);
    this.#mustPermit(operator, approval);
    const decision = { decidedBy: operator.name, decisionReason: reason, decidedAt: now };
    const decided: ApprovalRecord = { ...approval, state, ...decision };
    await this.#put(decided, `approval/${state}`, operator, reason);
    return decided;
  }

  async #find(id: string): Promise<ApprovalRecord> {
    const found = await storedApproval(this.#parts.database, id);
    if (found !== undefined) return found;
    const message = `There is no request ${id.slice(0, 40)}: \`kiten approval list\` shows them.`;
    throw new KitenError('kiten/approval-unknown', message);
  }

  async #fail(approval: ApprovalRecord, { code, message }: KitenError): Promise<ApprovalRecord> {
    const failed: ApprovalRecord = { ...approval, state: 'failed', problem: { code, detail: message } };
    await this.#put(failed, 'approval/failed', undefined, message.slice(0, 500));
    return failed;
  }

  #mustPermit(operator: Operator, { action }: ApprovalRecord): void {
    const { needs } = this.#action(action as ApprovalAction);
    if (this.#parts.policies.permits(operator, needs, this.#parts.site)) return;
    throw new KitenError('kiten/forbidden', `Policy does not allow ${operator.name} to ${needs}.`);
  }

  #action(action: ApprovalAction): DrasticAction<unknown, unknown> {
    return this.#parts.actions[action] as DrasticAction<unknown, unknown>;
  }

  async #put(approval: ApprovalRecord, type: string, operator: Operator | undefined, reason: string) {
    const { journal, hub, clock } = this.#parts;
    const { id, action, requestedBy, state } = approval;
    const actor = operator === undefined ? 'site' : `operator:${operator.name}`;
    const data = { approval: id, action, requestedBy };
    const event: RecordedEvent = { type, at: clock.now(), actor, reason, data };
    await journal.commit([event], (store) => putApproval(store, approval));
    hub.publish('approval', { id, action, state });
  }
}

function mustBeAnother({ requestedBy: name, requestedHand }: ApprovalRecord, operator: Operator): void {
  if (name === operator.name) {
    throw new KitenError('kiten/approval-own', 'Somebody else than who asked for it has to approve.');
  }
  const requester = { name, ...(requestedHand === undefined ? {} : { hand: requestedHand }) };
  if (!mayBeOne(requester, operator)) return;
  throw new KitenError(
    'kiten/approval-same-hand',
    `The access of ${name} and that of ${operator.name} may come from one hand. Sign in by what is your own, or by the link ` +
      'of somebody who has not asked for this; a token has to be made with such a sign-in.',
  );
}

function expired(approval: ApprovalRecord, now: number): ApprovalRecord {
  const isOver = approval.state === 'pending' && approval.expiresAt <= now;
  return isOver ? { ...approval, state: 'expired' } : approval;
}
