import type { MessagePort } from 'node:worker_threads';
import type {
  AttestedTier,
  BoardGauges,
  CrossCheck,
  Excerpt,
  FoundChange,
  FoundStreams,
  Frame,
  Joining,
  KeptCandidate,
  KnownRelation,
  KnownStream,
  RelationCourse,
  RelationGauges,
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
  /** `resumes`: what was gathered of its lesson before belongs to it. */
  | { readonly kind: 'put'; readonly known: KnownStream; readonly resumes?: boolean }
  /** It is no more. */
  | { readonly kind: 'forget'; readonly stream: string }
  /** What was found before, and is not declared. */
  | { readonly kind: 'recall'; readonly found: readonly KeptCandidate[] }
  /** What a device may sign packs with, where that was asked for to find out what is found. */
  | { readonly kind: 'asked-keys'; readonly device: string; readonly keys: readonly Uint8Array[] }
  /** Somebody publishes: it is to be there. */
  | { readonly kind: 'wake' }
  /** Everything that was known was put. */
  | { readonly kind: 'all' }
  /** What was learned of a stream or a relation is kept: what it was learned from is not needed any more. */
  | { readonly kind: 'lesson-over'; readonly of: string }
  /** `resumes`: as of `put`. */
  | { readonly kind: 'relate'; readonly known: KnownRelation; readonly resumes?: boolean }
  /** Nothing is to be learned from what is gathered of a stream or a relation. */
  | { readonly kind: 'stop-lesson'; readonly of: string }
  | { readonly kind: 'unrelate'; readonly relation: string }
  /** What attestation says of a device whose streams are compared; absent: nothing. */
  | { readonly kind: 'attested'; readonly device: string; readonly says?: AttestedTier }
  /** Somebody cleared what spoke against it. */
  | { readonly kind: 'restate'; readonly stream: string }
  | { readonly kind: 'keys'; readonly device: string; readonly keys: readonly Uint8Array[] }
  | {
      readonly kind: 'ask';
      readonly question: number;
      readonly stream?: string;
      readonly relation?: string;
      readonly found?: true;
    }
  /** It is to keep what it gathered, and to end. */
  | { readonly kind: 'stop' };

/** What the thread that judges begins with. */
export interface StreamWorkerData {
  /** The directory of what is gathered for lessons. */
  readonly lessons: string;
}

/** What tells a stream from others. */
export function knownOf({ stream, device, topic, declaration }: StreamRecord): KnownStream {
  return { stream, device, topic, declaration };
}

/** How all streams are doing; of one, its newest rows as well. */
export interface StreamState {
  /** Nobody judges now. */
  readonly isStopped?: true;
  readonly board: BoardGauges;
  readonly streams: ReadonlyMap<string, StreamGauges>;
  readonly excerpt?: Excerpt;
  /** What its channels are measured in; '' where nobody says. */
  readonly units?: readonly string[];
  readonly relations?: ReadonlyMap<string, RelationGauges>;
  /** Of one relation, its newest rows. */
  readonly course?: RelationCourse;
  /** What was found and could be declared. */
  readonly found?: readonly FoundStreams[];
}

/** What comes from it. */
export type StreamNews =
  | { readonly kind: 'reports'; readonly reports: readonly StreamReport[] }
  | { readonly kind: 'answer'; readonly question: number; readonly state: StreamState }
  /** It wants to know what a device may sign packs with. */
  | { readonly kind: 'keys-asked'; readonly device: string }
  /** What was found is to be kept. */
  | { readonly kind: 'found'; readonly change: FoundChange }
  /** So many messages came that were not judged. */
  | { readonly kind: 'missed'; readonly messages: number }
  /** Something of a stream could not be taken in, or kept. */
  | { readonly kind: 'failed'; readonly stream: string; readonly code: string; readonly message: string };

/** What the thread that learns gets, and answers. */
export interface LearningTask {
  readonly frame: Frame;
  readonly alarmsPerDay: number;
  /** It is how streams go together that is to be learned; the frame is their joint table. */
  readonly relation?: Joining & { readonly checks: readonly CrossCheck[] };
}

export type LearningResult =
  | { readonly profile: string }
  | { readonly refused: { readonly code: string; readonly message: string } };
