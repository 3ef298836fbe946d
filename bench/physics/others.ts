import {
  type ActiveAttack,
  type CameraPlan,
  ChallengeVerifier,
  cameraAgainstGyroscope,
  chance,
  demodulationTrace,
  learnWatermarkAnswer,
  rotationOfTracks,
  silences,
  simulatedEchoes,
  simulatedRecording,
  simulatedRecordingRate,
  simulatedTracks,
  watermark,
  watermarkMissing,
} from '@kiten/measurement';
import { median, print } from '../figure.ts';

const runs = 50;

export function physicsOfOthers(): void {
  challenges();
  cameras();
  microphones();
  watermarks();
}

/** 10 % of samples are silent, the echo is twenty times the noise. */
function challenges(): void {
  const samples = 6000;
  const from = 500;
  const attacks: readonly (readonly [string, ActiveAttack | undefined])[] = [
    ['nobody', undefined],
    ['a stronger transmitter that does not look', { amplitude: 1, reaction: Number.POSITIVE_INFINITY, from }],
    ['one that follows after a sample', { amplitude: 1, reaction: 1, from }],
    ['one that follows after ten samples', { amplitude: 1, reaction: 10, from }],
    ['one of a twelfth of the echo', { amplitude: 0.08, reaction: Number.POSITIVE_INFINITY, from }],
    ['one that follows within the sample', { amplitude: 1, reaction: 0, from }],
  ];
  for (const [name, attack] of attacks) {
    const delays: number[] = [];
    for (let seed = 1; seed <= runs; seed++) {
      const random = chance(seed);
      const schedule = silences(samples, 0.1, random);
      const verifier = new ChallengeVerifier({ ambient: 0, noise: 0.05 });
      const heard = simulatedEchoes(schedule, 0.05, random, attack);
      const at = heard.findIndex((reading, sample) => verifier.push(schedule[sample] === 1, reading) >= 1);
      if (at >= 0) delays.push(at - from);
    }
    print({
      figure: `simulated active sensor, ${name}: alarms`,
      value: delays.length / runs,
      unit: 'of 1',
      rounds: runs,
    });
    if (delays.length > 0)
      print({
        figure: `simulated active sensor, ${name}: median delay`,
        value: median(delays),
        unit: 'samples',
      });
  }
}

function cameras(): void {
  const plans: readonly (readonly [string, Partial<CameraPlan>])[] = [
    ['standing', {}],
    ['walking', { speed: [0, 0, 1.4] }],
    ['at 50 km/h', { speed: [0, 0, 14] }],
    ['a third of things moving', { moving: 0.3 }],
  ];
  for (const [name, plan] of plans)
    for (const lie of [0, 0.3, 1]) {
      let alarms = 0;
      for (let seed = 1; seed <= runs; seed++) {
        const random = chance(seed);
        const rate = [random() - 0.5, random() - 0.5, random() - 0.5] as const;
        const tracks = simulatedTracks({ rate, seconds: 0.05, features: 80, ...plan }, random);
        const found = rotationOfTracks(tracks, 0.05);
        if (found !== undefined && cameraAgainstGyroscope(found, [rate[0] + lie, rate[1], rate[2]]) >= 1)
          alarms++;
      }
      const figure = `simulated camera, ${name}, gyroscope wrong by ${lie} rad/s: alarms`;
      print({ figure, value: alarms / runs, unit: 'of 1', rounds: runs });
    }
}

function microphones(): void {
  const recordings = 15;
  for (const carrier of [undefined, 25_000, 40_000])
    for (const [name, plan] of [
      ['quiet room', {}],
      ['a third of the depth', { depth: 0.3 }],
      ['noise of 5 %', { noise: 0.05 }],
    ] as const) {
      if (carrier === undefined && 'depth' in plan) continue;
      let alarms = 0;
      for (let seed = 1; seed <= recordings; seed++) {
        const recording = simulatedRecording(
          { seconds: 1.5, ...plan, ...(carrier === undefined ? {} : { carrier }) },
          chance(seed),
        );
        if (demodulationTrace(recording, simulatedRecordingRate).severity >= 1) alarms++;
      }
      const how = carrier === undefined ? 'spoken' : `sent on ${carrier / 1000} kHz`;
      print({
        figure: `simulated voice, ${how}, ${name}: alarms`,
        value: alarms / recordings,
        unit: 'of 1',
        rounds: recordings,
      });
    }
}

/** A plant that follows slowly under a disturbance that wanders; the watermark is twice the noise of the sensor. */
function watermarks(): void {
  let [replays, honest] = [0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const random = chance(seed);
    const noise = () => random() + random() + random() + random() - 2;
    const plant = (signal: Float64Array) => {
      let [state, wander] = [0, 0];
      return signal.map((value) => {
        wander = 0.99 * wander + 0.02 * noise();
        state = 0.8 * state + 0.2 * (value + wander);
        return state + 0.02 * noise();
      });
    };
    const signal = watermark(4000, 0.05, random, 4);
    const readings = plant(signal);
    const answer = learnWatermarkAnswer(signal, readings, 20);
    const next = watermark(500, 0.05, random, 4);
    if ((watermarkMissing(answer, next, readings.subarray(1000, 1500)) ?? 0) >= 1) replays++;
    if ((watermarkMissing(answer, next, plant(next)) ?? 0) >= 1) honest++;
  }
  print({
    figure: 'simulated plant with a watermark, replay of 500 samples: alarms',
    value: replays / runs,
    unit: 'of 1',
    rounds: runs,
  });
  print({
    figure: 'simulated plant with a watermark, 500 true samples: alarms',
    value: honest / runs,
    unit: 'of 1',
    rounds: runs,
  });
}
