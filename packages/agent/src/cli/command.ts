import type { AgentPorts, Host } from '../agent/host.ts';
import type { Output } from './output.ts';

export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ports: AgentPorts;
  readonly output: Output;
  readonly stop: AbortSignal;
}

/** What scripts may rely on. */
export const exitCodes = { done: 0, refused: 1, usage: 2 } as const;

export interface Given {
  readonly token?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly topic?: string | undefined;
  readonly message?: string | undefined;
  readonly json: boolean;
}

export type Command = (host: Host, given: Given, surroundings: Surroundings) => Promise<number>;
