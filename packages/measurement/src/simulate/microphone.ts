import { gaussian } from '@kiten/numerics';

export interface MicrophonePlan {
  readonly seconds: number;
  /** Sent by ultrasound on a carrier of so many Hz, with this depth; spoken, without. */
  readonly carrier?: number;
  readonly depth?: number;
  /** The part of the square in what the microphone makes of sound, beside 1 of the sound itself. */
  readonly squareness?: number;
  /** Of the room, beside 1 of the voice's loudest. */
  readonly noise?: number;
}

/** Samples a second of the air, and how many make one of the recording. */
const airRate = 192_000;
const decimation = 12;
export const simulatedRecordingRate = airRate / decimation;
const taps = 161;
/** Hz that the converter's filter lets through. */
const passed = 6500;

/**
 * A simulation, not a recording: something like a voice (harmonics of a gliding pitch, formants, syllables), spoken or modulated onto a carrier
 * that nobody hears, through a microphone that squares a little, its filter and its converter.
 *
 * @param random between 0 and 1
 */
export function simulatedRecording(plan: MicrophonePlan, random: () => number): Float64Array {
  const { seconds, carrier, depth = 0.8, squareness = 0.05, noise = 0.01 } = plan;
  const normal = gaussian(random);
  const spoken = voiceOf(Math.round(seconds * airRate), random);
  const heard = spoken.map((each, at) => {
    const air =
      carrier === undefined ? each : (1 + depth * each) * Math.cos((2 * Math.PI * carrier * at) / airRate);
    return air + squareness * air * air;
  });
  // Through the square alone a voice arrives weaker: recorders turn themselves up.
  const gain = carrier === undefined ? 1 : 1 / (squareness * depth);
  const filter = lowPassTaps();
  const count = Math.floor((heard.length - taps) / decimation);
  let coupled = 0;
  const step = (2 * Math.PI * 5) / simulatedRecordingRate;
  return Float64Array.from({ length: count }, (_, at) => {
    let value = 0;
    for (let tap = 0; tap < taps; tap++)
      value += (filter[tap] as number) * (heard[at * decimation + tap] as number);
    value *= gain;
    // A microphone's coupling lets nothing constant through.
    if (at === 0) coupled = value;
    coupled += step * (value - coupled);
    return value - coupled + noise * normal();
  });
}

function voiceOf(count: number, random: () => number): Float64Array {
  const pitch = 100 + 60 * random();
  const glide = 15 * random();
  const formants = [500 + 200 * random(), 1200 + 500 * random(), 2500 + 400 * random()];
  const syllables = Array.from({ length: 200 }, () => 0.15 + 0.85 * random());
  const pace = 3.5 + random();
  const harmonics = Array.from({ length: 20 }, (_, at) => {
    const frequency = (at + 1) * pitch;
    const weight = formants.reduce(
      (sum, formant) => sum + 1 / (1 + ((frequency - formant) / 200) ** 2),
      0.03,
    );
    return { order: at + 1, weight, phase: 2 * Math.PI * random() };
  });
  const total = Math.sqrt(harmonics.reduce((sum, { weight }) => sum + weight * weight, 0)) * 2;
  let turned = 0;
  const voice = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    const time = at / airRate;
    turned += (2 * Math.PI * (pitch + glide * Math.sin(2 * Math.PI * 0.7 * time))) / airRate;
    const place = time * pace;
    const loud =
      (syllables[Math.floor(place) % syllables.length] as number) * Math.sin(Math.PI * (place % 1)) ** 2;
    let value = 0;
    if (loud > 0.01)
      for (const { order, weight, phase } of harmonics) value += weight * Math.sin(order * turned + phase);
    voice[at] = Math.max(-1, Math.min(1, (loud * value) / total));
  }
  return voice;
}

/** A sinc in a Hamming window. */
function lowPassTaps(): Float64Array {
  const cut = passed / airRate;
  const filter = Float64Array.from({ length: taps }, (_, tap) => {
    const away = tap - (taps - 1) / 2;
    const sinc = away === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * away) / (Math.PI * away);
    return sinc * (0.54 - 0.46 * Math.cos((2 * Math.PI * tap) / (taps - 1)));
  });
  const whole = filter.reduce((sum, each) => sum + each, 0);
  return filter.map((each) => each / whole);
}
