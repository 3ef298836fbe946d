import { type Entity, topicEntity } from '@kiten/policy';

/** A topic, or the literal beginning of a filter, as policies see it. */
export interface TopicResource {
  readonly path: string;
  /** The device in whose space it lies. */
  readonly owner: string | undefined;
  /** `$kiten/ID/attest…` and `$kiten/ID/update…` are judged as what they are for. */
  readonly purpose: 'message' | 'attest' | 'update';
  readonly entity: Entity;
}

/** Reads a topic name, or the literal prefix of a filter: wildcards are whole levels, so its levels are whole too. */
export function topicResource(path: string): TopicResource {
  const { entity } = topicEntity(path);
  const owner = entity.attributes.get('owner');
  return {
    path,
    owner: typeof owner === 'object' && owner.kind === 'entity' ? owner.id : undefined,
    purpose: purposeOf(path),
    entity,
  };
}

function purposeOf(path: string): TopicResource['purpose'] {
  if (!path.startsWith('$kiten/')) return 'message';
  const third = path.split('/', 3)[2];
  return third === 'attest' || third === 'update' ? third : 'message';
}

/** The first level of the topics that the broker alone speaks on. */
export const systemSpace = '$SYS';

/** Whether a topic is one that the broker alone speaks on. */
export function isSystemTopic(topic: string): boolean {
  return topic === systemSpace || topic.startsWith(`${systemSpace}/`);
}
