import { channelsOf, type StreamDeclaration } from './declaration.ts';
import { placeOf } from './stream-name.ts';

/** A stream, and one of the topics that it came by. */
export interface StreamOrigin {
  readonly stream: string;
  readonly device: string;
  readonly topic: string;
}

/** Whether a stream is still one of a declaration that says something else than before. */
export function isStillOf(declaration: StreamDeclaration, { stream, device, topic }: StreamOrigin): boolean {
  return placeOf(declaration, device, topic)?.stream === stream;
}

/** Whether streams have the same channels as before, in the same order. */
export function hasSameChannels(before: StreamDeclaration, now: StreamDeclaration): boolean {
  return isSame(channelsOf(before), channelsOf(now));
}

/**
 * Whether rows of streams are what they were before: the same channels, found in messages in the same way, as far apart. What
 * was learned from others says nothing of them.
 */
export function hasSameRows(before: StreamDeclaration, now: StreamDeclaration): boolean {
  return (
    before.form === now.form && before.binSeconds === now.binSeconds && isSame(before.fields, now.fields)
  );
}

/** What counts the messages of streams: of two that differ, one says nothing of the other. `undefined`: nothing does. */
export function counterOf({ form, sequence, time }: StreamDeclaration): string | undefined {
  if (form === 'pack') return form;
  return sequence === undefined ? undefined : `${sequence} ${time}`;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}
