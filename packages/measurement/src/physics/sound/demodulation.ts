import { bridged } from '../bridged.ts';
import { type SpectralLine, strongestLine } from '../mems/spectral-line.ts';
import { highPass, lowPass, through } from './filter.ts';

/** What a recording says of how its sound came about. */
export interface DemodulationTrace {
  /** How well the sound below 50 Hz goes with the square of the voice, between −1 and 1. */
  readonly correlation: number;
  /** How strong that square is beside the voice: half of the depth that a carrier was modulated with. */
  readonly depth: number;
  /** 1 is where an alarm begins. */
  readonly severity: number;
}

/** Hz. A voice has next to nothing below the one, and little below the other. */
const slow = 50;
const voice = 120;
/** What a microphone's coupling leaves of the slowest. */
const slowest = 8;
const clearCorrelation = 0.35;
const clearDepth = 0.012;

/**
 * The trace of a voice command that was sent by ultrasound (Zhang et al., “DolphinAttack”, CCS 2017): a microphone that squares what it hears,
 * as all do a little, turns a carrier modulated by m into m and m². Of spoken m there is no m² of that size, and it lies below 50 Hz, where
 * nobody speaks (Roy et al., “Inaudible Voice Commands: The Long-Range Attack and Defense”, NSDI 2018, §5).
 *
 * @param given samples, at least half a second
 * @param rate Hz, 1000 or more
 * @throws KitenError `measurement/samples-missing`
 */
export function demodulationTrace(given: Float64Array, rate: number): DemodulationTrace {
  const samples = bridged(given);
  const spoken = through(samples, highPass(voice, rate), highPass(voice, rate));
  const low = (of: Float64Array) =>
    through(of, lowPass(slow, rate), lowPass(slow, rate), highPass(slowest, rate));
  const settled = Math.min(Math.floor(rate / 5), samples.length >> 1);
  const trace = low(samples).subarray(settled);
  const square = low(spoken.map((each) => each * each)).subarray(settled);
  const products = sum(trace, square);
  const [ofTrace, ofSquare] = [sum(trace, trace), sum(square, square)];
  if (ofTrace === 0 || ofSquare === 0) return { correlation: 0, depth: 0, severity: 0 };
  const correlation = products / Math.sqrt(ofTrace * ofSquare);
  const loudness = Math.sqrt(sum(spoken, spoken) / samples.length);
  const depth = (products / ofSquare) * loudness;
  const severity = Math.max(0, Math.min(correlation / clearCorrelation, depth / clearDepth));
  return { correlation, depth, severity };
}

function sum(one: Float64Array, other: Float64Array): number {
  let total = 0;
  for (const [at, each] of one.entries()) total += each * (other[at] as number);
  return total;
}

/** Samples in which a carrier is looked for. */
const window = 2048;
/** Hz from which on nobody hears. */
const ultrasound = 18_500;
const clearStrength = 200;

/**
 * A carrier above what is heard, where the rate of a recording is high enough to have one.
 *
 * @throws KitenError `measurement/samples-missing`
 */
export function carrierIn(given: Float64Array, rate: number): SpectralLine | undefined {
  if (rate < 2.2 * ultrasound || given.length < window) return undefined;
  const samples = bridged(given);
  const from = (samples.length - window) >> 1;
  const line = strongestLine(samples.subarray(from, from + window), rate, ultrasound);
  return line !== undefined && line.strength >= clearStrength ? line : undefined;
}
