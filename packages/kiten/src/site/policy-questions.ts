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
import type { DeviceBook, DeviceRecord } from './device-book.ts';

/** May this device do this: at the site, or on a topic or what lies below a prefix. */
export interface PolicyQuestion {
  readonly device: string;
  readonly action: string;
  readonly topic?: string;
}

const bare: Entity = { attributes: new Map(), ancestors: new Map(), tags: new Map() };
const messages: ReadonlySet<string> = new Set(['publish', 'subscribe', 'receive']);

/** What policies know of this moment: the devices of the book, the site, and topics by their names. */
export class PolicyWorld implements EntitySource {
  readonly #book: DeviceBook;
  readonly #site: string;
  readonly #devices = new Map<DeviceRecord, Entity>();

  constructor(book: DeviceBook, site: string) {
    this.#book = book;
    this.#site = site;
  }

  get(type: string, id: string): Entity | undefined {
    if (type === 'Device') return this.#device(id);
    if (type === 'Topic') return topicEntity(id).entity;
    return type === 'Site' && id === this.#site ? bare : undefined;
  }

  /** The request that the gateway makes of it. Of a message that was counted, retain and will are not known: neither. */
  requestOf({ device, action, topic }: PolicyQuestion): Request {
    return {
      principal: entityValue('Device', device),
      action: entityValue('Action', action),
      resource: topic === undefined ? entityValue('Site', this.#site) : entityValue('Topic', topic),
      context: messages.has(action) ? this.#messageContext(action, topic ?? '') : emptyRecord,
    };
  }

  /** What is below `d/ID/` was said by that device; who sent a command was not counted. */
  #messageContext(action: string, topic: string): CedarRecord {
    const message = { retain: false, will: false };
    const publisher = action === 'receive' ? /^d\/([^/]+)\//.exec(topic)?.[1] : undefined;
    return publisher === undefined
      ? recordValue(message)
      : recordValue({ ...message, publisher: entityValue('Device', publisher) });
  }

  #device(id: string): Entity | undefined {
    const record = this.#book.find(id);
    if (record === undefined) return undefined;
    const known = this.#devices.get(record);
    if (known !== undefined) return known;
    const { vector, overdue } = record.verdict;
    const { groups, standing } = record;
    const { entity } = deviceEntity({ id, groups, standing, vector, overdue });
    this.#devices.set(record, entity);
    return entity;
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
