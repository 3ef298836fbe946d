import { MqttError } from './error.ts';
import type { MqttVersion } from './packet.ts';
import { validTopicFilter } from './topic.ts';

/** @throws MqttError if the filter is not well formed: see `validTopicFilter` */
export function requireFilter(filter: string, version: MqttVersion): string {
  if (!validTopicFilter(filter, version)) {
    throw new MqttError(
      'wire/mqtt-topic-filter',
      'The topic filter is empty or its wildcards are misplaced.',
      {
        filter: filter.slice(0, 256),
      },
    );
  }
  return filter;
}

export function requireSome(filters: readonly unknown[]): void {
  if (filters.length === 0)
    throw new MqttError('wire/mqtt-topic-filter-missing', 'There is no topic filter.');
}
