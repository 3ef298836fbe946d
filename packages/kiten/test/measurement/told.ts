import { defaultAlarmsPerDay, type Frame, type StreamDeclaration } from '@kiten/measurement';
import { vi } from 'vitest';
import type { StreamCommand } from '../../src/site/measurement/stream-messages.ts';
import { ann, type InnerSite, start } from '../fixtures.ts';

/** What the thread that judges is told, of these kinds, from when this resolves on and before. */
export async function listening<Kind extends StreamCommand['kind']>(
  { streams }: InnerSite,
  ...kinds: readonly Kind[]
): Promise<(StreamCommand & { readonly kind: Kind })[]> {
  type Told = StreamCommand & { readonly kind: Kind };
  const told: Told[] = [];
  const isOne = (command: StreamCommand): command is Told => kinds.some((kind) => kind === command.kind);
  const send = (command: StreamCommand): void => {
    if (isOne(command)) told.push(command);
  };
  const ask = () => Promise.reject(new Error('nobody is asked here'));
  await streams.connect({ thread: { send, ask, isAtWork: true }, findings: { conclude: async () => [] } });
  return told;
}

/** `/t` in JSON on `d/DEVICE/ID`. */
export const thermometer = (id: string): StreamDeclaration => ({
  ...{ id, filter: `d/+/${id}`, form: 'json', fields: ['/t'] },
  ...{ alarmsPerDay: defaultAlarmsPerDay, silenceSeconds: 300 },
});

/** A device publishes to `d/DEVICE/DECLARATION`. */
export async function appear({ streams, admit }: InnerSite, stream: string): Promise<void> {
  const [device = '', declaration = ''] = stream.split('/');
  await admit(device);
  const place = { device, declaration, topic: `d/${stream}` };
  await streams.heard([{ kind: 'appeared', stream, ...place, at: start }]);
}

/** Noise that comes out the same each time. */
function lesson(seed: number): Frame {
  let state = seed;
  const values = Float64Array.from({ length: 200 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Number((20 + state / 2 ** 31).toFixed(3));
  });
  const times = values.map((_, row) => start / 1000 + row);
  const about = { channels: ['t'], rows: 200, interval: 1, timeColumn: 'time', leftOut: [] };
  return { ...about, values, times, labels: new Map() };
}

/** @returns the profile by which it is judged from then on */
export async function learned({ streams }: InnerSite, stream: string, seed: number): Promise<string> {
  const { lesson: end } = await streams.learn(stream, { seconds: 60, accepts: true }, ann, 'test');
  const profileOf = () => streams.streams.find((one) => one.stream === stream)?.profile;
  const before = profileOf();
  const frame = lesson(seed);
  await streams.heard([{ kind: 'taught', stream, frame, until: end?.until ?? 0, isCut: false }]);
  return vi.waitFor(
    () => {
      const profile = profileOf();
      if (profile === undefined || profile === before) throw new Error('it is being learned');
      return profile;
    },
    { timeout: 60_000, interval: 20 },
  );
}
