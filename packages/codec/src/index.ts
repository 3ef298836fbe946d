export {
  compareBytes,
  concatBytes,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  toBase64,
  toBase64Url,
  toHex,
} from './bytes.ts';
export { type Clock, type ManualClock, manualClock, steadyClock } from './clock.ts';
export { type ErrorCode, KitenError, type KitenErrorOptions } from './error.ts';
