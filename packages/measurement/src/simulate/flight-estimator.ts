import type { ReceiverFix } from './receiver.ts';

/** How much of an innovation a fix corrects. */
const velocityGain = 0.2;
const positionGain = 0.15;

/** Predicts by accelerometers, corrects by fixes: what a Kalman filter does when it has settled. */
export class Estimator {
  readonly #velocity = [0, 0];
  readonly #position = [0, 0];

  /** @param acceleration north and east, in m/s² */
  feel(acceleration: readonly number[], seconds: number): void {
    for (const axis of [0, 1]) {
      this.#velocity[axis] = (this.#velocity[axis] as number) + (acceleration[axis] as number) * seconds;
      this.#position[axis] = (this.#position[axis] as number) + (this.#velocity[axis] as number) * seconds;
    }
  }

  /** Innovations as PX4 names them, in m and m/s. */
  follow({ north, east, speedNorth, speedEast }: ReceiverFix): Record<string, number> {
    const innovations: Record<string, number> = {};
    for (const [axis, [place, speed]] of [
      [north, speedNorth],
      [east, speedEast],
    ].entries() as ArrayIterator<[number, [number, number]]>) {
      const ofVelocity = (this.#velocity[axis] as number) - speed;
      const ofPosition = (this.#position[axis] as number) - place;
      this.#velocity[axis] = (this.#velocity[axis] as number) - velocityGain * ofVelocity;
      this.#position[axis] = (this.#position[axis] as number) - positionGain * ofPosition;
      innovations[`gps_hvel[${axis}]`] = ofVelocity;
      innovations[`gps_hpos[${axis}]`] = ofPosition;
    }
    return innovations;
  }
}
