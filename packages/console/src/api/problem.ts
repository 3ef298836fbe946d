/** What the site said when it refused (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;

  constructor(status: number, code: string, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.code = code;
  }
}

export const unreachable = 'console/unreachable';
export const unreadable = 'console/unreadable';

/** The problem in an answer that is not a success. An answer without a problem document is named as such. */
export function problemIn(status: number, body: unknown): Problem {
  const { code, detail } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (typeof code === 'string' && typeof detail === 'string') return new Problem(status, code, detail);
  return new Problem(status, unreadable, `HTTP ${status}`);
}

/** Any thrown value as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code } = error as { code?: unknown };
  // An error of the checker says itself what is wrong.
  if (error instanceof Error && typeof code === 'string') return new Problem(0, code, error.message);
  return new Problem(0, unreadable, error instanceof Error ? error.message : String(error), { cause: error });
}
