import type {
  AuthenticationExchange,
  AuthenticationStep,
  AuthenticationSubject,
  Authenticator,
  PasswordOutcome,
  PasswordVerifier,
} from './authenticator.ts';
import type { GatewayReport } from './worker-messages.ts';

/** What a gateway worker cannot tell by itself. Structured-clonable. */
export type GatewayQuestion =
  | {
      readonly kind: 'password';
      readonly username: string;
      readonly password: Uint8Array;
      readonly address: string;
    }
  /** A step of an enhanced authentication; the first one says with which method, and of whom. */
  | {
      readonly kind: 'step';
      readonly exchange: number;
      readonly begin?: { readonly method: string; readonly subject: AuthenticationSubject };
      readonly data: Uint8Array | undefined;
    };

/** What comes back; `failed` if whoever was to tell could not. */
export type GatewayAnswer =
  | { readonly kind: 'password'; readonly outcome: PasswordOutcome }
  | { readonly kind: 'step'; readonly step: AuthenticationStep }
  | { readonly kind: 'failed'; readonly message: string };

/** Who tells on the site's side: the same ports as a gateway has that runs beside them. */
export interface AnswersOf {
  readonly verifyPassword?: PasswordVerifier;
  readonly authenticators?: readonly Authenticator[];
}

interface Waiting {
  readonly resolve: (answer: GatewayAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** The worker's side: verifier and authenticators that ask. Each connection has one question at a time. */
export class Questions {
  readonly #report: (report: GatewayReport) => void;
  readonly #waiting = new Map<number, Waiting>();
  #questions = 0;
  #exchanges = 0;

  constructor(report: (report: GatewayReport) => void) {
    this.#report = report;
  }

  readonly verifyPassword: PasswordVerifier = async (username, password, { address }) => {
    const answer = await this.#ask({ kind: 'password', username, password, address });
    if (answer.kind !== 'password') throw new TypeError('A question about a password got another answer.');
    return answer.outcome;
  };

  authenticators(methods: readonly string[]): readonly Authenticator[] {
    return methods.map((method) => ({ method, begin: (subject) => this.#begin(method, subject) }));
  }

  answered(question: number, answer: GatewayAnswer): void {
    const asked = this.#waiting.get(question);
    this.#waiting.delete(question);
    if (answer.kind === 'failed') asked?.reject(new Error(answer.message));
    else asked?.resolve(answer);
  }

  #begin(method: string, subject: AuthenticationSubject): AuthenticationExchange {
    const exchange = ++this.#exchanges;
    let begin: { method: string; subject: AuthenticationSubject } | undefined = { method, subject };
    return {
      advance: async (data) => {
        const first = begin === undefined ? {} : { begin };
        begin = undefined;
        const answer = await this.#ask({ kind: 'step', exchange, ...first, data });
        if (answer.kind !== 'step') throw new TypeError('A step of authentication got another answer.');
        return answer.step;
      },
      abandon: () => this.#report({ kind: 'abandoned', exchange }),
    };
  }

  #ask(asked: GatewayQuestion): Promise<GatewayAnswer> {
    return new Promise((resolve, reject) => {
      const question = ++this.#questions;
      this.#waiting.set(question, { resolve, reject });
      this.#report({ kind: 'question', question, asked });
    });
  }
}

/** The site's side. */
export class Answers {
  readonly #who: AnswersOf;
  /** Those under way: they end by their outcome, or with their connection. */
  readonly #exchanges = new Map<number, AuthenticationExchange>();

  constructor(who: AnswersOf) {
    this.#who = who;
  }

  async to(asked: GatewayQuestion): Promise<GatewayAnswer> {
    try {
      if (asked.kind === 'step') return { kind: 'step', step: await this.#step(asked) };
      const { verifyPassword } = this.#who;
      if (verifyPassword === undefined) return { kind: 'failed', message: 'Nobody here judges passwords.' };
      const { username, password, address } = asked;
      return { kind: 'password', outcome: await verifyPassword(username, password, { address }) };
    } catch (error) {
      if (asked.kind === 'step') this.abandon(asked.exchange);
      return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  /** How many authentications are under way. */
  get underWay(): number {
    return this.#exchanges.size;
  }

  abandon(exchange: number): void {
    this.#exchanges.get(exchange)?.abandon?.();
    this.#exchanges.delete(exchange);
  }

  async #step({ exchange, begin, data }: GatewayQuestion & { kind: 'step' }): Promise<AuthenticationStep> {
    if (begin !== undefined) {
      const found = this.#who.authenticators?.find(({ method }) => method === begin.method);
      if (found === undefined) return { outcome: 'refuse', reason: 'There is no such way to authenticate.' };
      this.#exchanges.set(exchange, found.begin(begin.subject));
    }
    const under = this.#exchanges.get(exchange);
    if (under === undefined) return { outcome: 'refuse', reason: 'No such authentication is under way.' };
    const step = await under.advance(data);
    if (step.outcome !== 'continue') this.#exchanges.delete(exchange);
    return step;
  }
}
