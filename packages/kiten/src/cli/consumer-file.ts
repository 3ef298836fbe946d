import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Consumer, stepped } from '@kiten/measurement';
import { onnxConsumer } from './onnx-consumer.ts';
import { unusable } from './unusable-consumer.ts';

/** What a module that stands for a consumer exports by default. */
interface ConsumerModule {
  readonly outputs: readonly string[];
  start(channels: readonly string[]): (row: Float64Array) => ArrayLike<number>;
}

/**
 * A consumer of readings from a file: a model (`.onnx`), or a module whose default export has `outputs`, their names, and
 * `start(channels)`, which returns a function from a row of readings to a number for each output. The module runs as the
 * person who named it.
 *
 * @throws KitenError `kiten/consumer-unusable`; those of `onnxConsumer`
 */
export async function consumerFrom(file: string, channels: readonly string[]): Promise<Consumer> {
  if (extname(file) === '.onnx') return onnxConsumer(file, channels.length);
  const given = await moduleOf(file);
  if (!isConsumer(given))
    throw unusable(
      file,
      'Its default export has to have `outputs`, a list of names, and `start`, a function.',
    );
  return stepped({ outputs: given.outputs, start: () => given.start(channels) });
}

async function moduleOf(file: string): Promise<unknown> {
  try {
    const loaded = await import(pathToFileURL(resolve(file)).href);
    return loaded.default;
  } catch (cause) {
    throw unusable(file, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function isConsumer(given: unknown): given is ConsumerModule {
  const { outputs, start } = (given ?? {}) as Partial<ConsumerModule>;
  return (
    typeof start === 'function' &&
    Array.isArray(outputs) &&
    outputs.length > 0 &&
    outputs.every((each) => typeof each === 'string')
  );
}
