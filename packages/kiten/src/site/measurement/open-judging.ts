import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Clock } from '@kiten/codec';
import type { Logger } from 'pino';
import type { Desks } from '../desks.ts';
import type { SiteState } from '../state.ts';
import { StreamFindings } from './stream-findings.ts';
import { StreamThread } from './stream-thread.ts';

export interface JudgingParts {
  readonly state: Pick<SiteState, 'book' | 'layout'>;
  readonly desks: Pick<Desks, 'streams' | 'trust' | 'evidence' | 'appraise'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Milliseconds without anybody who judges after which nothing is said of readings any more. */
const grace = 60_000;

/** Judges readings beside the site, as they come from the workers of the gateway. */
export interface Judging extends AsyncDisposable {
  /** What tells a worker of the gateway where it is to send what it sees. */
  feed(): MessagePort;
  /** Goes on with what is known of streams from before. */
  begin(): Promise<void>;
}

export function openJudging({ state, desks, clock, ...parts }: JudgingParts): Judging {
  const { lessons } = state.layout;
  const logger = parts.logger.child({ part: 'measurement' });
  const findings = new StreamFindings({
    ...{ book: state.book, trust: desks.trust, appraise: desks.appraise, clock },
    seal: (evidence) => desks.evidence.seal(evidence),
    recovery: (stream) => desks.streams.recoveryOf(stream),
  });
  const { streams } = desks;
  const { health } = streams;
  let silence: NodeJS.Timeout | undefined;
  const unkept = (error: unknown): void => logger.error({ err: error }, 'what was judged could not be kept');
  const thread = new StreamThread({
    data: { lessons },
    heard: (reports) => streams.heard(reports).catch(unkept),
    failed: (stream, code, message) => logger.error({ stream, code }, message),
    found: (change) => streams.finds.keep(change),
    keysAsked: (device) => streams.finds.tellKeys(device),
    missed: (messages) => health.missed(messages),
    ended: (error, again) => {
      health.ended(error, again);
      silence ??= setTimeout(() => void streams.unjudged().catch(unkept), grace);
    },
    begin: () => streams.tellAll(),
    begun: () => {
      clearTimeout(silence);
      silence = undefined;
      health.resumed();
    },
  });
  return {
    feed() {
      const { port1, port2 } = new MessageChannel();
      thread.join(port2);
      return port1;
    },
    begin: () => streams.connect({ thread, findings }),
    async [Symbol.asyncDispose]() {
      clearTimeout(silence);
      await thread.stop();
      await streams.settled();
    },
  };
}
