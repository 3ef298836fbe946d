export {
  type Algorithm,
  type AlgorithmName,
  algorithmOf,
  algorithms,
  coseToAlgorithm,
  ecdsaDerToRaw,
  ecdsaRawToDer,
  type HashName,
  joseToAlgorithm,
  type Sha256,
  type Signer,
  tpmHashes,
  tpmToAlgorithm,
  type Verify,
  x509OidToAlgorithm,
} from './algorithms.ts';
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
export { type DecodeCborOptions, decodeCbor } from './cbor/decode.ts';
export { encodeCbor } from './cbor/encode.ts';
export { CborFloat, type CborMap, CborSimple, CborTag, type CborValue, cborNumber } from './cbor/value.ts';
export { type Clock, type ManualClock, manualClock, steadyClock } from './clock.ts';
export { coseHeader } from './cose/header.ts';
export {
  decodeMac0,
  encodeMac0,
  type Mac,
  type Mac0,
  type Mac0Fields,
  type MacName,
  mac0Algorithm,
  verifyMac0,
} from './cose/mac0.ts';
export {
  decodeSign1,
  encodeSign1,
  type Sign1,
  type Sign1Fields,
  sign1Algorithm,
  sign1ToBeSigned,
  type VerifySign1Options,
  verifySign1,
} from './cose/sign1.ts';
export { attempt, type ErrorCode, KitenError, type KitenErrorOptions } from './error.ts';
export { canonicalJson } from './json/canonical-json.ts';
export { type ParseJsonOptions, parseJsonStrict } from './json/parse-json.ts';
export * from './pki.ts';
export { publicKeyFits } from './public-key.ts';
