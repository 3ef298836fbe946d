import {
  type CompiledPolicies,
  type ExplainedPolicy,
  explainRequest,
  type PolicySetJson,
  policyAnnotations,
} from '@kiten/policy';
import type { TrafficSum } from '../store/traffic-sums.ts';
import type { DeviceBook } from './device-book.ts';
import type { StreamTrusts } from './measurement/stream-trust.ts';
import {
  type PolicyQuestion,
  type PolicySentence,
  PolicyWorld,
  policySentences,
} from './policy-questions.ts';

/** What policies decide about one thing that a device might do, with what decided. */
export interface DeviceRight {
  readonly action: string;
  /** Absent where it is asked of the site itself. */
  readonly topic?: string;
  readonly allowed: boolean;
  /** Those that decided; where nothing permits it, those that came nearest. */
  readonly policies: readonly ExplainedRight[];
  /** How often it did this lately, if it did. */
  readonly allowedLately?: number;
  readonly deniedLately?: number;
}

export interface ExplainedRight extends ExplainedPolicy {
  readonly sentence?: PolicySentence;
}

export interface RightsParts {
  readonly policies: { readonly json: PolicySetJson; readonly compiled: CompiledPolicies };
  readonly book: DeviceBook;
  readonly site: string;
  readonly streamTrusts: StreamTrusts;
}

/** What a device may do as it stands now: what devices usually do, then what this one did lately. */
export function deviceRights(
  { policies, book, site, streamTrusts }: RightsParts,
  device: string,
  lately: readonly TrafficSum[],
): readonly DeviceRight[] {
  const world = new PolicyWorld(book, site, streamTrusts);
  const sentences = policySentences(policyAnnotations(policies.json));
  const right = (question: PolicyQuestion): DeviceRight => {
    const { decision, policies: explained } = explainRequest(
      policies.compiled,
      world.requestOf(question),
      world,
    );
    const { action, topic } = question;
    return {
      action,
      ...(topic === undefined ? {} : { topic }),
      allowed: decision.allow,
      policies: explained.map((one) => {
        const sentence = sentences.get(one.id);
        return sentence === undefined ? one : { ...one, sentence };
      }),
    };
  };
  return [
    ...usual(device).map(right),
    ...lately.map(({ action, topic, allowed, denied }) => ({
      ...right({ device, action, topic }),
      ...{ allowedLately: allowed, deniedLately: denied },
    })),
  ];
}

/** A topic that ends in a slash stands for all below it. */
function usual(device: string): readonly PolicyQuestion[] {
  const asked: readonly (readonly [action: string, topic?: string])[] = [
    ['connect'],
    ['attest'],
    ['update'],
    ['renew'],
    ['publish', `d/${device}/`],
    ['subscribe', `c/${device}/`],
    ['publish', 'c/'],
    ['subscribe', 'd/'],
    ['subscribe', '$SYS/'],
  ];
  return asked.map(([action, topic]) => ({ device, action, ...(topic === undefined ? {} : { topic }) }));
}
