import { KitenError } from '@kiten/codec';

const segment = /^[A-Za-z0-9._~%!'()*-]{1,250}$/;

/** The segments of a path in an Image repository, none of which leads elsewhere. @throws KitenError `kiten/image-path` */
export function safeSegments(path: string): readonly string[] {
  const segments = path.split('/');
  const isSafe =
    segments.length <= 16 &&
    segments.every((one) => segment.test(one) && !/^\.{1,2}$/.test(one) && !one.startsWith('.'));
  if (isSafe) return segments;
  throw new KitenError('kiten/image-path', 'There is no such path in an Image repository.');
}
