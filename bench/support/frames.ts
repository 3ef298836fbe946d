import { readFileSync } from 'node:fs';
import { type Frame, FrameReader } from '@kiten/measurement';

/** A table of readings from a file. */
export function frameFrom(file: string): Frame {
  const reader = new FrameReader();
  reader.push(readFileSync(file, 'utf8'));
  return reader.end();
}
