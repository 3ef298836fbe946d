import type { CedarRecord, EntityUid } from './values/value.ts';

/** May this principal do this action on this resource, in this context? */
export interface Request {
  readonly principal: EntityUid;
  readonly action: EntityUid;
  readonly resource: EntityUid;
  readonly context: CedarRecord;
}

export interface Decision {
  readonly allow: boolean;
  /**
   * The determining policies in the order of the policy set: the permits that hold if allowed, the forbids that hold
   * if denied, none if nothing permitted it.
   */
  readonly reasons: readonly string[];
  /** Policies whose evaluation failed, in the order of the policy set. They count as if they were not there. */
  readonly errors: readonly PolicyError[];
}

export interface PolicyError {
  readonly policy: string;
  readonly message: string;
}
