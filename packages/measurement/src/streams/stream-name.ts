import { type StreamPattern, streamPlaceOf } from '@kiten/trust';
import type { StreamDeclaration } from './declaration.ts';

/** Where a message belongs. */
export interface ReadingPlace {
  readonly stream: string;
  /** The channel that the topic names; of the form `number` alone. */
  readonly channel: string | undefined;
}

type Named = Pick<StreamDeclaration, 'id' | 'filter' | 'form' | 'fields'>;

/** Which messages a declaration is about. */
export function streamPatternOf({ id, filter, form }: Pick<Named, 'id' | 'filter' | 'form'>): StreamPattern {
  return { id, filter, namesChannel: form === 'number' && filter.endsWith('+') };
}

/**
 * The stream that a device's messages to a topic are of; `undefined` if the declaration is not about them, or if the stream
 * would have a name that no subject may have.
 */
export function placeOf(declaration: Named, device: string, topic: string): ReadingPlace | undefined {
  const { stream, channel } = streamPlaceOf(streamPatternOf(declaration), device, topic) ?? {};
  if (stream === undefined) return undefined;
  const { form, fields } = declaration;
  return { stream, channel: form === 'number' ? (channel ?? fields[0]) : undefined };
}
