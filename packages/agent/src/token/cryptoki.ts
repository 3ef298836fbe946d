/** Calls of a PKCS #11 module as p11-kit numbers them (p11-kit, rpc-message.h): what is not here, the token refuses. */
export const call = {
  error: 0,
  initialize: 1,
  finalize: 2,
  getInfo: 3,
  getSlotList: 4,
  getSlotInfo: 5,
  getTokenInfo: 6,
  getMechanismList: 7,
  getMechanismInfo: 8,
  openSession: 10,
  closeSession: 11,
  closeAllSessions: 12,
  getSessionInfo: 13,
  getAttributeValue: 24,
  findObjectsInit: 26,
  findObjects: 27,
  findObjectsFinal: 28,
  signInit: 42,
  sign: 43,
} as const;

/** CKR_… (PKCS #11 2.40, pkcs11t.h). */
export const refusal = {
  generalError: 0x05,
  functionNotSupported: 0x54,
  attributeTypeInvalid: 0x12,
  mechanismInvalid: 0x70,
  objectHandleInvalid: 0x82,
  operationNotInitialized: 0x91,
} as const;

/** CKA_… */
export const attribute = {
  class: 0x000,
  token: 0x001,
  private: 0x002,
  label: 0x003,
  keyType: 0x100,
  id: 0x102,
  sensitive: 0x103,
  sign: 0x108,
  extractable: 0x162,
  ecParams: 0x180,
  ecPoint: 0x181,
  alwaysAuthenticate: 0x202,
} as const;

/** CKO_…, CKK_EC, CKM_ECDSA, and the flags that say that a token is there and ready. */
export const value = {
  publicKey: 2,
  privateKey: 3,
  ec: 3,
  ecdsa: 0x1041,
  tokenPresent: 0x01,
  tokenInitialized: 0x400,
  writeProtected: 0x02,
  serialSession: 0x04,
  signs: 0x800,
} as const;
