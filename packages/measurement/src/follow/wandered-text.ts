import { decodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import type { Wandered } from './follower.ts';

const format = 'kiten-measurement-drift';
const version = 1;
const maxBytes = 1 << 20;

/** @param profile tells whose normal it is that wandered: SHA-256 of the profile, in hexadecimal */
export function encodeWandered({ drift, morning, passed }: Wandered, profile: string): string {
  return JSON.stringify({ format, version, profile, drift: [...drift], morning: [...morning], passed });
}

/**
 * @param profile as when it was written
 * @throws KitenError `measurement/drift-malformed`; `measurement/drift-of-another` if it is of another profile
 */
export function parseWandered(bytes: Uint8Array, profile: string): Wandered {
  const read = parsed(bytes) as Partial<Record<keyof Wandered | 'format' | 'version' | 'profile', unknown>>;
  const { drift, morning, passed } = read ?? {};
  if (read?.format !== format || read.version !== version) throw malformed();
  if (!isAmounts(drift) || !isAmounts(morning) || typeof passed !== 'number' || passed < 0) throw malformed();
  if (read.profile !== profile)
    throw new KitenError(
      'measurement/drift-of-another',
      'What has drifted is of another profile. If that one was accepted anew, nothing has drifted from it yet: begin without.',
    );
  return { drift: Float64Array.from(drift), morning: Float64Array.from(morning), passed };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJsonStrict(decodeUtf8(bytes), { maxBytes, maxDepth: 3 });
  } catch (cause) {
    throw malformed(cause);
  }
}

const isAmounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'number' && Number.isFinite(each));

function malformed(cause?: unknown): KitenError {
  return new KitenError('measurement/drift-malformed', 'This does not say how far normal has drifted.', {
    cause,
  });
}
