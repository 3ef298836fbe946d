import { createRequire } from 'node:module';
import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import { KitenError } from '@kiten/codec';
import { fromByteOffset, type Place, placeOf } from './place.ts';

type Engine = typeof import('@cedar-policy/cedar-wasm/nodejs');

const require = createRequire(import.meta.url);
let loaded: Engine | undefined;

/** Most programs that could ask the engine never do: it is compiled once somebody does. */
function engine(): Engine {
  loaded ??= require('@cedar-policy/cedar-wasm/nodejs') as Engine;
  return loaded;
}

/**
 * Calls Cedar's engine in WebAssembly.
 * @throws {KitenError} `policy/too-complex` if the engine traps, which it does when an input is nested too deeply.
 */
export function callEngine<T>(call: (engine: Engine) => T): T {
  const cedar = engine();
  try {
    return call(cedar);
  } catch (cause) {
    throw new KitenError(
      'policy/too-complex',
      "Cedar's parser could not cope with this input; make it simpler.",
      { cause },
    );
  }
}

/** One of the engine's errors: what it says, what it expected there, and where in the text. */
export interface EngineProblem {
  readonly message: string;
  readonly place?: Place;
}

/** The innermost errors come first in `related`; all are flattened, in the order of the text. */
export function problemsOf(
  errors: readonly DetailedError[],
  text: string,
  start = 0,
): readonly EngineProblem[] {
  return errors
    .flatMap(flatten)
    .map((error) => toProblem(error, text, start))
    .sort((left, right) => order(left) - order(right));
}

function flatten(error: DetailedError): readonly DetailedError[] {
  return [error, ...(error.related ?? []).flatMap(flatten)];
}

function toProblem(error: DetailedError, text: string, start: number): EngineProblem {
  const [location] = error.sourceLocations ?? [];
  const said = error.message.replace(/^failed to parse \w+ from string: /, '');
  const hints = [location?.label, error.help].filter(
    (hint) => hint !== null && hint !== undefined && hint !== '',
  );
  const message = [said, ...hints].join('; ');
  if (location === undefined) return { message };
  return { message, place: placeOf(text, start + fromByteOffset(text.slice(start), location.start)) };
}

function order({ place }: EngineProblem): number {
  return place === undefined ? Number.MAX_SAFE_INTEGER : place.line * 1e6 + place.column;
}
