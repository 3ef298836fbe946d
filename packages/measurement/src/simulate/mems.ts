import { gaussian } from '@kiten/numerics';
import type { InertialReadings } from '../physics/mems/rotation-check.ts';

export interface MemsSound {
  /** Hz. */
  readonly frequency: number;
  /** Of the output at resonance: rad/s of a gyroscope, m/s² of an accelerometer. */
  readonly amplitude: number;
  readonly target: 'gyroscope' | 'accelerometer';
  /** Seconds after the beginning. */
  readonly from: number;
}

export interface MemsPlan {
  readonly seconds: number;
  /** Samples a second. */
  readonly rate: number;
  /** By which share of a step a sample is late at most, by chance: randomised sampling. */
  readonly jitter?: number;
  /** Hz: each sample is the mean of a pair half a period of this apart. */
  readonly pairedFor?: number;
  readonly sound?: MemsSound;
  /** rad that the device is turned to and fro by, at half a turn a second. */
  readonly sway?: number;
}

/** Of the simulated sensor: where it resonates in Hz, how sharply, what its converter tells apart and can say at most. */
export const simulatedMemsSensor = {
  resonance: { gyroscope: 27_000, accelerometer: 5300 },
  quality: 60,
  step: { gyroscope: 0.001, accelerometer: 0.005 },
  fullScale: { gyroscope: 8.7, accelerometer: 78.5 },
  noise: { gyroscope: 0.004, accelerometer: 0.04 },
} as const;

const gravity = 9.81;

/**
 * A simulation, not a recording: a device that sways a little, with a gyroscope and an accelerometer of one mass on a spring each, which
 * sound moves (a resonator of second order), sampled without a filter, clipped and rounded.
 *
 * @param random between 0 and 1
 */
export function simulatedMems(plan: MemsPlan, random: () => number): InertialReadings {
  const { seconds, rate, jitter = 0, pairedFor, sound, sway = 0.2 } = plan;
  const normal = gaussian(random);
  const count = Math.floor(seconds * rate);
  const times = Float64Array.from({ length: count }, (_, row) => (row + jitter * random()) / rate);
  const phase = 2 * Math.PI * random();
  const swayRate = 2 * Math.PI * 0.5;
  const heard = (sensor: MemsSound['target'], time: number) =>
    sound === undefined || sound.target !== sensor || time < sound.from
      ? 0
      : sound.amplitude *
        gainOf(sound.frequency, sensor) *
        Math.cos(2 * Math.PI * sound.frequency * time + phase);
  const axis = (sensor: MemsSound['target'], moved: (time: number) => number, hears: number) =>
    times.map((time) => {
      const at = (moment: number) =>
        moved(moment) + hears * heard(sensor, moment) + simulatedMemsSensor.noise[sensor] * normal();
      const value = pairedFor === undefined ? at(time) : (at(time) + at(time + 1 / (2 * pairedFor))) / 2;
      return converted(value, sensor);
    });
  const angleAt = (time: number) => sway * Math.sin(swayRate * time);
  return {
    times,
    gyroscope: [
      axis('gyroscope', (time) => sway * swayRate * Math.cos(swayRate * time), 1),
      axis('gyroscope', () => 0, 0.1),
      axis('gyroscope', () => 0, 0.05),
    ],
    accelerometer: [
      axis('accelerometer', () => 0, 1),
      axis('accelerometer', (time) => gravity * Math.sin(angleAt(time)), 0.1),
      axis('accelerometer', (time) => gravity * Math.cos(angleAt(time)), 0.1),
    ],
  };
}

/** How much of a force at some frequency moves the mass, as a share of what it does at resonance. */
function gainOf(frequency: number, sensor: MemsSound['target']): number {
  const ratio = frequency / simulatedMemsSensor.resonance[sensor];
  const { quality } = simulatedMemsSensor;
  return 1 / quality / Math.hypot(1 - ratio ** 2, ratio / quality);
}

function converted(value: number, sensor: MemsSound['target']): number {
  const step = simulatedMemsSensor.step[sensor];
  const most = simulatedMemsSensor.fullScale[sensor];
  return Math.max(-most, Math.min(most, Math.round(value / step) * step));
}
