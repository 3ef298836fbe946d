import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { KitenError } from '@kiten/codec';
import type { Consumer, Readings } from '@kiten/measurement';
import { unusable } from './unusable-consumer.ts';

/** What of `onnxruntime-node` is used. It is there only where somebody installed it. */
interface OnnxRuntime {
  readonly InferenceSession: { create(file: string): Promise<Session> };
  readonly Tensor: new (type: string, data: Float32Array | Float64Array, shape: readonly number[]) => Tensor;
}

interface Session {
  readonly inputMetadata: readonly TensorShape[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

interface TensorShape {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  /** A name for what is not fixed. */
  readonly shape?: readonly (number | string)[];
}

interface Tensor {
  readonly data: ArrayLike<number>;
  readonly dims: readonly number[];
}

/**
 * A model with one input of rows × channels, in 32- or 64-bit floats; its first output has a row for each row. A model whose
 * input holds one row is asked for each row by itself.
 *
 * @throws KitenError `kiten/onnx-missing` without the package `onnxruntime-node`; `kiten/consumer-unusable`
 */
export async function onnxConsumer(file: string, channels: number): Promise<Consumer> {
  const { InferenceSession, Tensor } = await runtime();
  const session = await opened(InferenceSession, file);
  const [input, ...others] = session.inputMetadata;
  const [output] = session.outputNames;
  if (input?.shape === undefined || output === undefined || others.length > 0)
    throw unusable(file, 'It needs one input, a tensor, and an output.');
  const { name, type, shape } = input;
  const [batch, width] = shape;
  if (shape.length !== 2 || (typeof width === 'number' && width !== channels))
    throw unusable(
      file,
      `Its input is [${shape.join(', ')}]; the readings are rows of ${channels} channels.`,
    );
  const Floats = { float32: Float32Array, float64: Float64Array }[type ?? ''];
  if (Floats === undefined) throw unusable(file, `Its input is of ${type}, not of floats.`);

  const asked = async ({ rows, values }: Readings): Promise<Tensor> => {
    const given = await session.run({
      [name]: new Tensor(type as string, new Floats(values), [rows, channels]),
    });
    return given[output] as Tensor;
  };
  const run = async (readings: Readings): Promise<Float64Array> => {
    if (batch !== 1) return Float64Array.from((await asked(readings)).data);
    const rows: number[] = [];
    for (let row = 0; row < readings.rows; row++) {
      const values = readings.values.subarray(row * channels, (row + 1) * channels);
      rows.push(...Array.from((await asked({ rows: 1, values })).data));
    }
    return Float64Array.from(rows);
  };
  const { data } = await tried(file, () => asked({ rows: 1, values: new Float64Array(channels) }));
  return { outputs: Array.from({ length: data.length }, (_, at) => numbered(output, at, data.length)), run };
}

const numbered = (name: string, at: number, of: number): string => (of === 1 ? name : `${name} ${at + 1}`);

const opened = ({ create }: OnnxRuntime['InferenceSession'], file: string): Promise<Session> =>
  tried(file, () => create(file));

async function tried<T>(file: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw unusable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** From where Kiten is installed, or from where it is called. */
async function runtime(): Promise<OnnxRuntime> {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json'))]) {
    const require = createRequire(from);
    try {
      return require(require.resolve('onnxruntime-node')) as OnnxRuntime;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new KitenError(
    'kiten/onnx-missing',
    'A model in ONNX needs the package onnxruntime-node, which Kiten does not bring. Install it here: npm install onnxruntime-node.',
  );
}
