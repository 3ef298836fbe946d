/** The types of Cedar's JSON policy format; the expressions are checked where they are compiled. */

export interface PolicySetJson {
  readonly staticPolicies: Readonly<Record<string, PolicyJson>>;
  readonly templates: Readonly<Record<string, PolicyJson>>;
  readonly templateLinks: readonly TemplateLinkJson[];
}

export interface PolicyJson {
  readonly effect: 'permit' | 'forbid';
  readonly principal: ScopeJson;
  readonly action: ScopeJson;
  readonly resource: ScopeJson;
  readonly conditions: readonly { readonly kind: 'when' | 'unless'; readonly body: ExpressionJson }[];
  readonly annotations?: Readonly<Record<string, string | null>>;
}

export type ScopeJson =
  | { readonly op: 'All' }
  | { readonly op: '=='; readonly entity: EntityUidJson }
  | { readonly op: '=='; readonly slot: SlotName }
  | { readonly op: 'in'; readonly entity: EntityUidJson }
  | { readonly op: 'in'; readonly entities: readonly EntityUidJson[] }
  | { readonly op: 'in'; readonly slot: SlotName }
  | {
      readonly op: 'is';
      readonly entity_type: string;
      readonly in?: { readonly entity: EntityUidJson } | { readonly slot: SlotName };
    };

export type SlotName = '?principal' | '?resource';
export type EntityUidJson =
  | { readonly type: string; readonly id: string }
  | { readonly __entity: { readonly type: string; readonly id: string } };

/** One key, the operator or extension function; Longs beyond 2⁵³ stand as bigint in `Value`. */
export type ExpressionJson = Readonly<Record<string, unknown>>;

export interface TemplateLinkJson {
  readonly templateId: string;
  readonly newId: string;
  readonly values: Readonly<Partial<Record<SlotName, EntityUidJson>>>;
}
