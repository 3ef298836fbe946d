import { type ErrorCode, encodeUtf8, KitenError } from '@kiten/codec';
import type { EstResponse } from './message.ts';

const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** A request that gets an answer other than what it asked for: an error with its HTTP status and headers. */
export class Refusal extends KitenError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(code, message, 'cause' in options ? { cause: options.cause } : {});
    this.status = status;
    this.headers = options.headers ?? {};
  }
}

/** An error of the rules as an answer with this status, code and sentence unchanged. */
export const refusalOf = (status: number, error: KitenError): Refusal =>
  status === 401
    ? unauthorized(error.code, error.message, error)
    : new Refusal(status, error.code, error.message, { cause: error });

/** The answer that makes a client send, or correct, its device id and one-time token (RFC 7030 §3.2.3). */
export function unauthorized(code: ErrorCode, message: string, cause?: unknown): Refusal {
  const headers = { 'WWW-Authenticate': 'Basic realm="Kiten enrolment", charset="UTF-8"' };
  return new Refusal(401, code, message, cause === undefined ? { headers } : { headers, cause });
}

/** A problem document (RFC 9457) with the stable code, and that of the decoder which found the fault. */
export function problemResponse(refusal: Refusal): EstResponse {
  const { status, code, message, cause } = refusal;
  const problem = {
    type: 'about:blank',
    title: phrases[status] ?? 'Error',
    status,
    detail: message,
    code,
    ...(cause instanceof KitenError && cause.code !== code
      ? { cause: cause.code, causeDetail: cause.message }
      : {}),
  };
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', ...refusal.headers },
    body: encodeUtf8(`${JSON.stringify(problem)}\n`),
  };
}
