import { signal } from '@preact/signals';
import { api } from '../api/client.ts';
import { type Problem, problemOf } from '../api/problem.ts';
import type { Operator } from '../api/types.ts';
import { signInLink } from '../route.ts';

export type Session =
  | { readonly state: 'unknown' }
  /** `ended`: there was a session on this page before. */
  | {
      readonly state: 'signed-out';
      readonly ended: boolean;
      readonly problem?: Problem;
      /** The code with which a sign-in by the identity provider was refused. */
      readonly refused?: string;
    }
  | { readonly state: 'signed-in'; readonly operator: Operator };

export const session = signal<Session>({ state: 'unknown' });

const roles: readonly Operator['role'][] = ['viewer', 'operator', 'administrator'];

/** Whether whoever is signed in may do what this role may: what is not permitted is not offered. */
export function mayAs(role: Operator['role']): boolean {
  const current = session.value;
  return current.state === 'signed-in' && roles.indexOf(current.operator.role) >= roles.indexOf(role);
}

/** Begins with the one-time link in the address, if there is one, or with the session there may be. */
export async function openSession(): Promise<void> {
  const link = takeLink();
  if (link !== undefined) await signIn(link);
  else await resume(undefined, takeRefusal());
}

/** Exchanges a one-time link for a session. A link that is spent does no harm to a session that stands. */
export async function signIn(link: string): Promise<void> {
  await signInBy(() => api.signIn(link));
}

/** The same by whatever the site takes as proof. */
export async function signInBy(prove: () => Promise<unknown>): Promise<void> {
  try {
    await prove();
  } catch (error) {
    await resume(problemOf(error));
    return;
  }
  await resume();
}

async function resume(earlier?: Problem, refused?: string): Promise<void> {
  try {
    session.value = { state: 'signed-in', operator: await api.me() };
  } catch (error) {
    const problem = problemOf(error);
    const shown = earlier ?? (problem.status === 401 ? undefined : problem);
    session.value = {
      state: 'signed-out',
      ended: false,
      ...(shown === undefined ? {} : { problem: shown }),
      ...(refused === undefined ? {} : { refused }),
    };
  }
}

/** @throws Problem when the site cannot end the session. */
export async function signOut(): Promise<void> {
  await api.signOut();
  session.value = { state: 'signed-out', ended: false };
}

/** The site no longer knows this session. */
export function sessionEnded(): void {
  if (session.peek().state === 'signed-in') session.value = { state: 'signed-out', ended: true };
}

/** The secret leaves the address before anything else happens: it must not stay in the history. */
export function takeLink(): string | undefined {
  if (!location.hash.startsWith('#sign-in=')) return undefined;
  const link = signInLink(location.hash);
  history.replaceState(null, '', `${location.pathname}#/`);
  return link;
}

/** Why a sign-in by the identity provider was refused: a code alone, as anybody can write an address. */
function takeRefusal(): string | undefined {
  const code = /^#sign-in-refused=kiten(?:%2F|\/)([a-z-]{1,40})$/.exec(location.hash)?.[1];
  if (code === undefined) return undefined;
  history.replaceState(null, '', `${location.pathname}#/`);
  return `kiten/${code}`;
}

/** A refusal to show; where the session has ended, the page goes back to signing in. */
export function refusal(error: unknown): Problem {
  const problem = problemOf(error);
  if (problem.status === 401) sessionEnded();
  return problem;
}
