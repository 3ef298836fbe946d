export { checkVerdict } from './check.ts';
export { type CheckOptions, type Cryptography, type KnownSignatures, knownSignatures } from './proving.ts';
export type * from './report.ts';
export type { Atom, Term } from './shape.ts';
export { parseTrust, type Role, type Trust, type VerifierKey } from './trust-file.ts';
export type { ClaimName, Tier } from './vector.ts';
export type { ProvenVerdict } from './verdict.ts';
