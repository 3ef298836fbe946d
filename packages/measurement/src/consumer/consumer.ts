import { KitenError } from '@kiten/codec';

/** Readings of several channels: `rows` × channels. */
export interface Readings {
  readonly rows: number;
  readonly values: Float64Array;
}

/** What relies on the readings: a controller, a learned model, a limit at which a machine is stopped. */
export interface Consumer {
  readonly outputs: readonly string[];
  /**
   * What it makes of readings: `rows` × outputs. It starts anew each time, with nothing remembered.
   *
   * @param readings `rows` × channels, in the order that the caller names the channels in
   */
  run(readings: Readings): Float64Array | Promise<Float64Array>;
}

/** A consumer that takes row after row, with what it remembers between them. */
export interface SteppedConsumer {
  readonly outputs: readonly string[];
  /** A fresh one: given a row, it returns one number for each output. */
  start(): (row: Float64Array) => ArrayLike<number>;
}

/** Rows at a time, from a consumer that takes one. */
export function stepped({ outputs, start }: SteppedConsumer): Consumer {
  return {
    outputs,
    run({ rows, values }) {
      const step = start();
      const width = values.length / rows;
      const into = new Float64Array(rows * outputs.length);
      for (let row = 0; row < rows; row++) {
        const given = answer(() => step(values.subarray(row * width, (row + 1) * width)), row);
        if (given.length !== outputs.length) throw outputWrong(outputs.length, given.length);
        into.set(given, row * outputs.length);
      }
      return into;
    },
  };
}

/** What a consumer gives, checked. @throws KitenError `measurement/consumer-output`, `measurement/consumer-failed` */
export async function outputsOf(consumer: Consumer, readings: Readings): Promise<Float64Array> {
  const { outputs } = consumer;
  const given = await ran(consumer, readings);
  const count = readings.rows * outputs.length;
  if (given.length !== count) throw outputWrong(count, given.length);
  const wrong = given.findIndex((each) => !Number.isFinite(each));
  if (wrong < 0) return given;
  const [output, row] = [outputs[wrong % outputs.length], Math.trunc(wrong / outputs.length)];
  throw new KitenError(
    'measurement/consumer-output',
    `What the consumer gave for “${output}” in row ${row + 1} is no number. It has to take every row, those with a missing reading too.`,
    { detail: { output, row } },
  );
}

async function ran(consumer: Consumer, readings: Readings): Promise<Float64Array> {
  try {
    return await consumer.run(readings);
  } catch (cause) {
    throw cause instanceof KitenError ? cause : failed('', cause);
  }
}

function answer(step: () => ArrayLike<number>, row: number): ArrayLike<number> {
  try {
    return step();
  } catch (cause) {
    throw failed(` in row ${row + 1}`, cause);
  }
}

const failed = (where: string, cause: unknown): KitenError =>
  new KitenError(
    'measurement/consumer-failed',
    `The consumer failed${where}: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  );

const outputWrong = (wanted: number, given: number): KitenError =>
  new KitenError('measurement/consumer-output', `The consumer gave ${given} numbers; ${wanted} were due.`, {
    detail: { wanted, given },
  });
