import { parseJsonStrict } from '@kiten/codec';
import type { Appraiser, Evidence } from '@kiten/trust';
import { type TopicProbingBody, topicProbingMediaType } from '../evidence/topic-probing.ts';
import { gatewayFindings } from '../findings.ts';
import { unreadable } from './unreadable.ts';

/** From so many different topics on, it is no mistake in a configuration any more. */
const searchThreshold = 50;

/** Judges a device that tried topics that are not its own. */
export function topicProbingAppraiser(): Appraiser {
  const name = 'gateway/topic-probing';
  return {
    name,
    mediaTypes: [topicProbingMediaType],
    appraise(evidence) {
      const body = bodyOf(evidence);
      if (body === undefined) return [unreadable(evidence, name)];
      const code = body.distinct >= searchThreshold ? 'gateway/topic-search' : 'gateway/topic-probing';
      return [
        gatewayFindings.finding(code, {
          subject: evidence.subject,
          aspect: code === 'gateway/topic-search' ? 'search' : 'topics',
          appraiser: name,
          at: body.lastAt,
          premises: [evidence.digest],
          parameters: { distinct: body.distinct, window: body.window, example: body.topics[0] as string },
        }),
      ];
    },
  };
}

function bodyOf({ body, subject }: Evidence): TopicProbingBody | undefined {
  let value: Partial<TopicProbingBody>;
  try {
    value = parseJsonStrict(new TextDecoder().decode(body), {
      maxDepth: 4,
      maxBytes: 16_384,
    }) as Partial<TopicProbingBody>;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const isSound =
    subject.kind === 'device' &&
    value.device === subject.id &&
    isCount(value.distinct) &&
    isCount(value.window) &&
    isCount(value.lastAt) &&
    Array.isArray(value.topics) &&
    value.topics.length > 0 &&
    value.topics.every((topic) => typeof topic === 'string' && topic.length <= 256);
  return isSound ? (value as TopicProbingBody) : undefined;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
