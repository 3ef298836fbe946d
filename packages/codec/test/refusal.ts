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

/** As {@link refusalOf}, for what comes later. */
export async function asyncRefusalOf(act: () => Promise<unknown>): Promise<KitenError> {
  const settled = await act().then(
    (result) => () => result,
    (error: unknown) => () => {
      throw error;
    },
  );
  return refusalOf(settled);
}
