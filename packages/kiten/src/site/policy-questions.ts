import { StreamTable } from '@kiten/gateway';
import {
  type CedarRecord,
  deviceEntity,
  type Entity,
  type EntitySource,
  emptyRecord,
  entityValue,
  type Request,
  recordValue,
  topicEntity,
} from '@kiten/policy';
import type { StreamTrust } from '@kiten/trust';
import type { DeviceBook, DeviceRecord } from './device-book.ts';
import type { StreamTrusts } from './measurement/stream-trust.ts';

/** May this device do this: at the site, or on a topic or what lies below a prefix. */
export interface PolicyQuestion {
  readonly device: string;
  readonly action: string;
  readonly topic?: string;
}

interface KnownDevice {
  readonly entity: Entity;
  readonly streams: ReadonlyMap<string, StreamTrust>;
}

const bare: Entity = { attributes: new Map(), ancestors: new Map(), tags: new Map() };
const messages: ReadonlySet<string> = new Set(['publish', 'subscribe', 'receive', 'annotate']);

/** What policies know of this moment: the devices of the book, the site, and topics by their names. */
export class PolicyWorld implements EntitySource {
  readonly #book: DeviceBook;
  readonly #site: string;
  readonly #trusts: StreamTrusts;
  readonly #readings: StreamTable;
  readonly #devices = new Map<DeviceRecord, KnownDevice>();

  constructor(book: DeviceBook, site: string, trusts: StreamTrusts) {
    this.#book = book;
    this.#site = site;
    this.#trusts = trusts;
    this.#readings = new StreamTable(trusts.patterns);
  }

  get(type: string, id: string): Entity | undefined {
    if (type === 'Device') return this.#device(id)?.entity;
    if (type === 'Topic') return topicEntity(id).entity;
    return type === 'Site' && id === this.#site ? bare : undefined;
  }

  /** The request that the gateway makes of it. Of a message that was counted, retain and will are not known: neither. */
  requestOf({ device, action, topic }: PolicyQuestion): Request {
    return {
      principal: entityValue('Device', device),
      action: entityValue('Action', action),
      resource: topic === undefined ? entityValue('Site', this.#site) : entityValue('Topic', topic),
      context: messages.has(action) ? this.#messageContext(action, device, topic ?? '') : emptyRecord,
    };
  }

  /** What is below `d/ID/` was said by that device; who sent a command was not counted. */
  #messageContext(action: string, device: string, topic: string): CedarRecord {
    const isReceived = action === 'receive' || action === 'annotate';
    const publisher = isReceived ? /^d\/([^/]+)\//.exec(topic)?.[1] : undefined;
    const speaker = action === 'publish' ? device : publisher;
    const streams = speaker === undefined ? undefined : this.#device(speaker)?.streams;
    const sourcedData = streams && this.#readings.find(speaker ?? '', topic, streams)?.tier;
    return recordValue({
      ...{ retain: false, will: false },
      ...(publisher === undefined ? {} : { publisher: entityValue('Device', publisher) }),
      ...(sourcedData === undefined ? {} : { sourcedData }),
    });
  }

  #device(id: string): KnownDevice | undefined {
    const record = this.#book.find(id);
    if (record === undefined) return undefined;
    const known = this.#devices.get(record);
    if (known !== undefined) return known;
    const { vector, overdue, findings } = record.verdict;
    const { groups, standing } = record;
    const { streams, ownSourcedData } = this.#trusts.of(findings);
    const { entity } = deviceEntity({ id, groups, standing, vector, overdue, ownSourcedData });
    const found = { entity, streams: new Map(streams.map((trust) => [trust.stream, trust])) };
    this.#devices.set(record, found);
    return found;
  }
}

export interface PolicySentence {
  readonly en: string;
  readonly ja?: string;
}

/** What a policy says of itself to people, by its id. */
export type PolicySentences = ReadonlyMap<string, PolicySentence>;

/** From the annotations `@reason` and `@reason_ja`. */
export function policySentences(
  annotations: ReadonlyMap<string, Readonly<Record<string, string>>>,
): PolicySentences {
  const sentences = new Map<string, PolicySentence>();
  for (const [id, { reason, reason_ja: ja }] of annotations)
    if (reason !== undefined) sentences.set(id, { en: reason, ...(ja === undefined ? {} : { ja }) });
  return sentences;
}
