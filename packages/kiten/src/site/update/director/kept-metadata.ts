import { fromBase64, toBase64 } from '@kiten/codec';
import type { DirectorMetadata } from '@kiten/update';

/** What was said to a device, and the version of the root under which it was. */
export interface SaidMetadata extends DirectorMetadata {
  /** Absent of what was said before roots were counted. */
  readonly root?: number;
}

const roles = ['targets', 'snapshot', 'timestamp'] as const;

export function packMetadata(metadata: SaidMetadata): string {
  const files = roles.map((role) => [role, { ...metadata[role], bytes: toBase64(metadata[role].bytes) }]);
  return JSON.stringify({ ...metadata, ...Object.fromEntries(files) });
}

export function unpackMetadata(text: string): SaidMetadata {
  const packed = JSON.parse(text) as SaidMetadata;
  const files = roles.map((role) => {
    const file = packed[role] as unknown as { bytes: string };
    return [role, { ...file, bytes: fromBase64(file.bytes) }];
  });
  return { ...packed, ...Object.fromEntries(files) } as SaidMetadata;
}
