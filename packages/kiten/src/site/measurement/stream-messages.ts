import type { MessagePort } from 'node:worker_threads';
import type {
  BoardGauges,
  Excerpt,
  Frame,
  KnownStream,
  StreamDeclaration,
  StreamGauges,
  StreamReport,
} from '@kiten/measurement';
import type { StreamRecord } from '../../store/streams.ts';

/** What goes to the thread that judges, in order. */
export type StreamCommand =
  /** Messages come from there, too. */
  | { readonly kind: 'tap'; readonly tap: MessagePort }
  | { readonly kind: 'declare'; readonly declarations: readonly StreamDeclaration[] }
  | { readonly kind: 'put'; readonly known: KnownStream }
  | { readonly kind: 'stop-learning'; readonly stream: string }
  /** Somebody cleared what spoke against it. */
  | { readonly kind: 'restate'; readonly stream: string }
  | { readonly kind: 'keys'; readonly device: string; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'ask'; readonly question: number; readonly stream?: string };

/** What tells a stream from others. */
export function knownOf({ stream, device, declaration }: StreamRecord): KnownStream {
  return { stream, device, declaration };
}

/** How all streams are doing; of one, its newest rows as well. */
export interface StreamState {
  readonly board: BoardGauges;
  readonly streams: ReadonlyMap<string, StreamGauges>;
  readonly excerpt?: Excerpt;
}

/** What comes from it. */
export type StreamNews =
  | { readonly kind: 'reports'; readonly reports: readonly StreamReport[] }
  | { readonly kind: 'answer'; readonly question: number; readonly state: StreamState }
  /** Something of a stream could not be taken in. */
  | { readonly kind: 'failed'; readonly stream: string; readonly code: string; readonly message: string };

/** What the thread that learns gets, and answers. */
export interface LearningTask {
  readonly frame: Frame;
  readonly alarmsPerDay: number;
}

export type LearningResult =
  | { readonly profile: string }
  | { readonly refused: { readonly code: string; readonly message: string } };
