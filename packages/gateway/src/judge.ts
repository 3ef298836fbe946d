import {
  type CedarRecord,
  type Decision,
  decide,
  type Entity,
  type EntitySource,
  type EntityUid,
  emptyRecord,
  recordValue,
} from '@kiten/policy';
import { claimNames, tierOf } from '@kiten/trust';
import type { ReplicaDevice } from './change.ts';
import type { Admission, DeviceRecord } from './device-record.ts';
import type { TrafficAction } from './event.ts';
import type { Replica } from './replica.ts';
import { type TopicResource, topicResource } from './topic-resource.ts';

/** What came out, and which policies (or `gateway/…` codes) made a refusal. */
export interface Judgement {
  readonly allow: boolean;
  readonly policies: readonly string[];
}

/** What surrounds a message when it is judged. */
export interface MessageContext {
  readonly retain: boolean;
  readonly will: boolean;
  /** Who said it; only for `receive`. Policies see no publisher where the broker did. */
  readonly publisher?: DeviceRecord;
}

/** Decides; every enforcement point of the gateway asks this and nothing else. */
export interface Judge {
  readonly policyEpoch: number;
  admission(device: DeviceRecord): Admission;
  message(
    action: 'publish' | 'subscribe' | 'receive',
    device: DeviceRecord,
    topic: TopicResource,
    context: MessageContext,
  ): Judgement;
}

/** The action that counts for a topic: on the ways of attestation and update it is these, whatever the packet. */
export function actionOn(topic: TopicResource, action: 'publish' | 'subscribe' | 'receive'): TrafficAction {
  return topic.purpose === 'message' ? action : topic.purpose;
}

const allowed: Judgement = { allow: true, policies: [] };

/** Permits everything, for a broker without policy. */
export const openJudge: Judge = {
  policyEpoch: 0,
  admission: () => 'full',
  message: () => allowed,
};

/** Asks the site's policies about what the replica knows. What is unknown, revoked or stale is refused before them. */
export class PolicyJudge implements Judge {
  readonly #replica: Replica;
  readonly #site: EntityUid;
  readonly #entities: DecisionEntities;
  readonly #decided: (errors: Decision['errors']) => void;

  /** `decided` is called for each decision that the policy engine makes, with the policies that failed. */
  constructor(replica: Replica, trustDomain: string, decided: (errors: Decision['errors']) => void) {
    this.#replica = replica;
    this.#site = { type: 'Site', id: trustDomain };
    this.#entities = new DecisionEntities(replica, trustDomain);
    this.#decided = decided;
  }

  get policyEpoch(): number {
    return this.#replica.policyEpoch;
  }

  /** Leaves staleness out: a replica that lost touch cuts nobody, it only lets nothing pass. */
  admission(device: DeviceRecord): Admission {
    if (device.device === undefined || device.device.standing === 'revoked') return 'none';
    const mayConnect = this.#decide('connect', device, this.#site, emptyRecord).allow;
    if (mayConnect && !this.#isContained(device)) return 'full';
    if (mayConnect) return 'restricted';
    return this.#decide('attest', device, this.#site, emptyRecord).allow ? 'restricted' : 'none';
  }

  message(
    action: 'publish' | 'subscribe' | 'receive',
    device: DeviceRecord,
    topic: TopicResource,
    context: MessageContext,
  ): Judgement {
    if (this.#replica.stale) return refusal('gateway/replica-stale');
    if (device.device === undefined) return refusal('gateway/device-unknown');
    if (device.device.standing === 'revoked') return refusal('gateway/device-revoked');
    if (action === 'receive' && !isKnown(context.publisher)) return refusal('gateway/publisher-unknown');
    this.#entities.topic = topic;
    const judged = actionOn(topic, action);
    const record = judged === action ? messageContext(context) : emptyRecord;
    return this.#decide(judged, device, { type: 'Topic', id: topic.path }, record);
  }

  /** Whether its standing, or a contraindicated claim, leaves a device nothing of its own but recovery. */
  #isContained(device: DeviceRecord): boolean {
    if (device.device?.standing !== 'admitted') return true;
    const { id } = device;
    return (
      hasContraindicatedClaim(device.device) &&
      !this.#ask('publish', device, topicResource(`d/${id}/`), ownMessage) &&
      !this.#ask('subscribe', device, topicResource(`c/${id}/`), ownMessage)
    );
  }

  #ask(
    action: 'publish' | 'subscribe',
    device: DeviceRecord,
    topic: TopicResource,
    context: CedarRecord,
  ): boolean {
    this.#entities.topic = topic;
    return this.#decide(action, device, { type: 'Topic', id: topic.path }, context).allow;
  }

  #decide(action: string, device: DeviceRecord, resource: EntityUid, context: CedarRecord): Judgement {
    if (this.#replica.policies === undefined) return refusal('gateway/no-policies');
    const request = { principal: device.uid, action: { type: 'Action', id: action }, resource, context };
    const decision = decide(this.#replica.policies, request, this.#entities);
    this.#decided(decision.errors);
    return { allow: decision.allow, policies: decision.reasons };
  }
}

const ownMessage = recordValue({ retain: false, will: false });

function hasContraindicatedClaim({ vector }: ReplicaDevice): boolean {
  return claimNames.some((claim) => tierOf(vector[claim]) === 'contraindicated');
}

function refusal(code: string): Judgement {
  return { allow: false, policies: [code] };
}

function isKnown(publisher: DeviceRecord | undefined): boolean {
  return publisher !== undefined && (publisher.isBroker || publisher.device !== undefined);
}

function messageContext({ retain, will, publisher }: MessageContext): CedarRecord {
  return publisher === undefined || publisher.isBroker
    ? recordValue({ retain, will })
    : recordValue({ retain, will, publisher: publisher.uid });
}

const bare: Entity = { attributes: new Map(), ancestors: new Map(), tags: new Map() };

/** The replica as policies see it, with the one topic that is being judged. */
class DecisionEntities implements EntitySource {
  topic: TopicResource | undefined;
  readonly #replica: Replica;
  readonly #trustDomain: string;

  constructor(replica: Replica, trustDomain: string) {
    this.#replica = replica;
    this.#trustDomain = trustDomain;
  }

  get(type: string, id: string): Entity | undefined {
    if (type === 'Device') return this.#replica.device(id)?.entity;
    if (type === 'Topic') return this.topic?.path === id ? this.topic.entity : undefined;
    return type === 'Site' && id === this.#trustDomain ? bare : undefined;
  }
}
