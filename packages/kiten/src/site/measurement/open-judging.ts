import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Clock } from '@kiten/codec';
import type { Logger } from 'pino';
import type { Desks } from '../desks.ts';
import type { SiteState } from '../state.ts';
import { StreamFindings } from './stream-findings.ts';
import { StreamThread } from './stream-thread.ts';

export interface JudgingParts {
  readonly state: Pick<SiteState, 'book'>;
  readonly desks: Pick<Desks, 'streams' | 'trust' | 'evidence' | 'appraise'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Judges readings beside the site, as they come from the workers of the gateway. */
export interface Judging extends AsyncDisposable {
  /** Where a worker of the gateway is to send what it sees. */
  tap(): MessagePort;
  /** Goes on with what is known of streams from before. */
  begin(): Promise<void>;
}

export function openJudging({ state, desks, clock, ...parts }: JudgingParts): Judging {
  const logger = parts.logger.child({ part: 'measurement' });
  const findings = new StreamFindings({
    ...{ book: state.book, trust: desks.trust, appraise: desks.appraise, clock },
    seal: (evidence) => desks.evidence.seal(evidence),
    recovery: (stream) => desks.streams.recoveryOf(stream),
  });
  const thread = new StreamThread({
    heard: (reports) =>
      desks.streams
        .heard(reports)
        .catch((error: unknown) => logger.error({ err: error }, 'what was judged could not be kept')),
    failed: (stream, code, message) => logger.error({ stream, code }, message),
    ended: (error) =>
      logger.error({ err: error, code: 'kiten/stream-worker' }, 'readings are no longer judged'),
  });
  return {
    tap() {
      const { port1, port2 } = new MessageChannel();
      thread.join(port2);
      return port1;
    },
    begin: () => desks.streams.connect({ thread, findings }),
    async [Symbol.asyncDispose]() {
      await thread.stop();
      await desks.streams.settled();
    },
  };
}
