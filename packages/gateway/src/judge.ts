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
import type { MqttVersion } from '@kiten/wire';
import type { ReplicaDevice } from './change.ts';
import type { Admission, DeviceRecord } from './device-record.ts';
import type { TrafficAction } from './event.ts';
import { isObserved } from './observed.ts';
import type { Replica } from './replica.ts';
import type { Sourced } from './sourced.ts';
import { SourcedLookup } from './sourced-lookup.ts';
import { type TopicResource, topicResource } from './topic-resource.ts';

/** What came out, and which policies (or `gateway/…` codes) made a refusal. */
export interface Judgement {
  readonly allow: boolean;
  readonly policies: readonly string[];
  /** The device whose group observes: but for that, these policies would have refused it. */
  readonly observed: string | undefined;
  /** What is known of the readings that the message holds, if it holds such. */
  readonly sourced?: Sourced | undefined;
  /** That, if the receiver is to be told. */
  readonly note?: Sourced | undefined;
}

/** How far a device is let in. */
export interface AdmissionJudgement {
  readonly admission: Admission;
  /** What policy says; less than `admission` where the device's group observes. */
  readonly judged: Admission;
  /** What makes it less than full. */
  readonly policies: readonly string[];
}

/** What surrounds a message when it is judged. */
export interface MessageContext {
  readonly retain: boolean;
  readonly will: boolean;
  /** Who said it; only for `receive`. Policies see no publisher where the broker did. */
  readonly publisher?: DeviceRecord;
  /** How the receiver speaks, if that is known yet. */
  readonly version?: MqttVersion | undefined;
}

/** Decides; every enforcement point of the gateway asks this and nothing else. */
export interface Judge {
  readonly policyEpoch: number;
  admission(device: DeviceRecord): AdmissionJudgement;
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

const allowed: Judgement = { allow: true, policies: [], observed: undefined };
const letIn: AdmissionJudgement = { admission: 'full', judged: 'full', policies: [] };

/** Permits everything, for a broker without policy. */
export const openJudge: Judge = {
  policyEpoch: 0,
  admission: () => letIn,
  message: () => allowed,
};

/** Asks the site's policies about what the replica knows. What is unknown, revoked or stale is refused before them. */
export class PolicyJudge implements Judge {
  readonly #replica: Replica;
  readonly #site: EntityUid;
  readonly #entities: DecisionEntities;
  readonly #sourced: SourcedLookup;
  readonly #decided: (errors: Decision['errors']) => void;

  /** `decided` is called for each decision that the policy engine makes, with the policies that failed. */
  constructor(replica: Replica, trustDomain: string, decided: (errors: Decision['errors']) => void) {
    this.#replica = replica;
    this.#site = { type: 'Site', id: trustDomain };
    this.#entities = new DecisionEntities(replica, trustDomain);
    this.#sourced = new SourcedLookup(replica);
    this.#decided = decided;
  }

  get policyEpoch(): number {
    return this.#replica.policyEpoch;
  }

  /** Leaves staleness out: a replica that lost touch cuts nobody, it only lets nothing pass. */
  admission(device: DeviceRecord): AdmissionJudgement {
    if (device.device === undefined || device.device.standing === 'revoked') return shutOut;
    const connect = this.#decide('connect', device, this.#site, emptyRecord);
    const containment = connect.allow ? this.#containment(device) : connect.policies;
    if (containment === undefined) return letIn;
    const recovers = connect.allow || this.#decide('attest', device, this.#site, emptyRecord).allow;
    const judged = recovers ? 'restricted' : 'none';
    return { admission: isObserved(device) ? 'full' : judged, judged, policies: containment };
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
    const { publisher } = context;
    const speaker = action === 'publish' ? device : publisher;
    const sourced = judged === action ? this.#sourced.of(speaker, topic.path) : undefined;
    const record = judged === action ? messageContext(context, sourced) : emptyRecord;
    const resource = { type: 'Topic', id: topic.path };
    const judgement = { ...this.#decide(judged, device, resource, record), sourced };
    if (judgement.allow) {
      if (judged !== 'receive' || sourced === undefined) return judgement;
      const isNoted = this.#decide('annotate', device, resource, record).allow;
      return isNoted ? { ...judgement, note: sourced } : judgement;
    }
    if (judged === 'receive' && publisher !== undefined && !publisher.isBroker)
      return this.#observedDelivery(judgement, device, publisher, resource, context);
    return isObserved(device) ? observed(judgement, device) : judgement;
  }

  /**
   * A delivery may be refused because of who receives, because of who published, or of both. It passes if all those observe:
   * what remains of the refusal without the publisher is the receiver's.
   */
  #observedDelivery(
    judgement: Judgement,
    receiver: DeviceRecord,
    publisher: DeviceRecord,
    resource: EntityUid,
    { retain, will, version }: MessageContext,
  ): Judgement {
    if (!isObserved(receiver) && !isObserved(publisher)) return judgement;
    const own = this.#decide('receive', receiver, resource, messageContext({ retain, will, version }));
    const isPublishers = own.allow || judgement.policies.some((policy) => !own.policies.includes(policy));
    if (!own.allow && !isObserved(receiver)) return judgement;
    if (isPublishers && !isObserved(publisher)) return judgement;
    return observed(judgement, own.allow ? publisher : receiver);
  }

  /** What leaves a device nothing of its own but recovery, if anything does: its standing, or a contraindicated claim. */
  #containment(device: DeviceRecord): readonly string[] | undefined {
    if (device.device?.standing !== 'admitted') return [];
    if (!hasContraindicatedClaim(device.device)) return undefined;
    const publish = this.#ask('publish', device, topicResource(`d/${device.id}/`), ownMessage);
    if (publish.allow) return undefined;
    const subscribe = this.#ask('subscribe', device, topicResource(`c/${device.id}/`), ownMessage);
    return subscribe.allow ? undefined : publish.policies;
  }

  #ask(
    action: 'publish' | 'subscribe',
    device: DeviceRecord,
    topic: TopicResource,
    context: CedarRecord,
  ): Judgement {
    this.#entities.topic = topic;
    return this.#decide(action, device, { type: 'Topic', id: topic.path }, context);
  }

  #decide(action: string, device: DeviceRecord, resource: EntityUid, context: CedarRecord): Judgement {
    if (this.#replica.policies === undefined) return refusal('gateway/no-policies');
    const request = { principal: device.uid, action: { type: 'Action', id: action }, resource, context };
    const decision = decide(this.#replica.policies, request, this.#entities);
    this.#decided(decision.errors);
    return { allow: decision.allow, policies: decision.reasons, observed: undefined };
  }
}

const shutOut: AdmissionJudgement = { admission: 'none', judged: 'none', policies: [] };
const ownMessage = recordValue({ retain: false, will: false });

function hasContraindicatedClaim({ vector }: ReplicaDevice): boolean {
  return claimNames.some((claim) => tierOf(vector[claim]) === 'contraindicated');
}

function refusal(code: string): Judgement {
  return { allow: false, policies: [code], observed: undefined };
}

/** Readings that should not have passed are never passed without a word. */
function observed({ policies, sourced }: Judgement, { id }: DeviceRecord): Judgement {
  return { allow: true, policies, observed: id, sourced, note: sourced };
}

function isKnown(publisher: DeviceRecord | undefined): boolean {
  return publisher !== undefined && (publisher.isBroker || publisher.device !== undefined);
}

function messageContext(
  { retain, will, publisher, version }: MessageContext,
  sourced?: Sourced,
): CedarRecord {
  return recordValue({
    ...{ retain, will },
    ...(publisher === undefined || publisher.isBroker ? {} : { publisher: publisher.uid }),
    ...(sourced === undefined ? {} : { sourcedData: sourced.tier }),
    ...(version === undefined ? {} : { protocol: version === 5 ? '5' : '3.1.1' }),
  });
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
