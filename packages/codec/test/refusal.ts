import { KitenError } from '../src/error.ts';

/** The KitenError that `act` throws; anything else, or nothing, fails the test. */
export function refusalOf(act: () => unknown): KitenError {
  let result: unknown;
  try {
    result = act();
  } catch (error) {
    if (error instanceof KitenError) return error;
    throw error;
  }
  throw new Error(`Nothing was refused: the result is ${String(result)}.`);
}

/** The code of the KitenError that `act` throws. */
export const codeOf = (act: () => unknown): string => refusalOf(act).code;
