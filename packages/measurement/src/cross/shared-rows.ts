import { KitenError } from '@kiten/codec';
import type { Frame } from '../series/frame.ts';
import type { JointStream } from './joint-rows.ts';

/** Fewer rows say nothing of how two streams go together. */
const least = 100;

/** In how many rows of a joint table each stream says something and another one does, too. */
function sharedRows(
  { rows, values }: Pick<Frame, 'rows' | 'values'>,
  streams: readonly JointStream[],
): number[] {
  const owners = streams.flatMap(({ channels }, stream) => channels.map(() => stream));
  const shared = streams.map(() => 0);
  for (let row = 0; row < rows; row++) {
    const said = values.subarray(row * owners.length, (row + 1) * owners.length);
    const speaking = new Set(owners.filter((_, sensor) => !Number.isNaN(said[sensor])));
    if (speaking.size > 1) for (const stream of speaking) shared[stream] = (shared[stream] as number) + 1;
  }
  return shared;
}

/** @throws KitenError `measurement/cross-apart` if there is a stream that hardly ever speaks while another one does */
export function refuseApart(frame: Pick<Frame, 'rows' | 'values'>, streams: readonly JointStream[]): void {
  if (streams.length < 2) return;
  const shared = sharedRows(frame, streams);
  const apart = shared.findIndex((rows) => rows < least);
  if (apart < 0) return;
  const { stream } = streams[apart] as JointStream;
  const rows = shared[apart];
  throw new KitenError(
    'measurement/cross-apart',
    `“${stream}” says something in ${rows} of ${frame.rows} rows in which another stream does; ${least} are needed. Do their times count from the same beginning?`,
    { detail: { stream, rows } },
  );
}
