import { type ErrorCode, KitenError } from '@kiten/codec';

/** What a PROXY header can be refused for. */
export type ProxyErrorCode = `wire/proxy-${string}` & ErrorCode;

export function proxyRefusal(code: ProxyErrorCode, message: string): KitenError {
  return new KitenError(code, message);
}
