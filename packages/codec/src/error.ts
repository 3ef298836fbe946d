/** A stable identifier of what went wrong: the package, a slash, kebab-case words (`codec/cbor-duplicate-key`). */
export type ErrorCode = `${string}/${string}`;

/** What may accompany an error: the error that caused it, and values that a program can read. */
export interface KitenErrorOptions {
  readonly cause?: unknown;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * The one error type that leaves a package. Programs branch on `code`, which is stable; people read `message`.
 * Decoders put the place of the fault, in bytes or characters from the start of the input, in `detail.offset`.
 */
export class KitenError extends Error {
  readonly code: ErrorCode;
  readonly detail?: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: KitenErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    if (options.detail !== undefined) this.detail = options.detail;
  }

  static {
    // On the prototype, so that it doesn't count as an own property when errors are compared or logged.
    KitenError.prototype.name = 'KitenError';
  }
}

/** What is made, or the error of ours that it ends in. Any other is thrown on. */
export function attempt<Value>(make: () => Value): Value | KitenError {
  try {
    return make();
  } catch (error) {
    if (error instanceof KitenError) return error;
    throw error;
  }
}
