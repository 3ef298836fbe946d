import { KitenError } from '@kiten/codec';

/** What the agent does, for its log: a word, and what belongs to it. */
export interface AgentEvent {
  readonly event:
    | 'assigned'
    | 'attested'
    | 'challenged'
    | 'confirmed'
    | 'connected'
    | 'disconnected'
    | 'failed'
    | 'installed'
    | 'renewed'
    | 'started'
    | 'stopped';
  readonly [detail: string]: unknown;
}

export type Report = (event: AgentEvent) => void;

/** An error as an event. What is no refusal is a fault of the agent, and ends it. */
export function failure(doing: string, error: unknown): AgentEvent {
  if (!(error instanceof KitenError)) throw error;
  const { code, message, detail } = error;
  return {
    event: 'failed',
    doing,
    code,
    message,
    ...(detail?.code === undefined ? {} : { site: detail.code }),
  };
}
