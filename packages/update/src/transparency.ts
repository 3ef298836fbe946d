// Everything about the log of releases and decisions that leaves this package, by name.
export { requireContinued } from './transparency/continued.ts';
export { encodeInclusion, inclusionOf, type LogInclusion, parseInclusion } from './transparency/inclusion.ts';
export {
  isLoggedAs,
  type Logged,
  type LoggedDecision,
  type LoggedEvent,
  type LoggedRelease,
  loggedEvent,
} from './transparency/logged.ts';
export { type LoggedProof, type RequireLoggedOptions, requireLogged } from './transparency/require-logged.ts';
export { type LogTrust, requireWitnesses } from './transparency/witnessed.ts';
