/** Something that runs out and whom it concerns. Times in milliseconds since the Unix epoch. */
export interface Expirable {
  readonly kind: 'root' | 'issuing' | 'server' | 'device';
  /** Subject or device id. */
  readonly name: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface ExpiryWarning extends Expirable {
  readonly state: 'expiring' | 'expired';
  /** Milliseconds left; negative when expired. */
  readonly remaining: number;
}

/** What is in the last third of its life or past it, soonest first: for operators, not a finding on a device. */
export function expiring(items: Iterable<Expirable>, now: number): readonly ExpiryWarning[] {
  const warnings: ExpiryWarning[] = [];
  for (const item of items) {
    const remaining = item.notAfter - now;
    if (remaining * 3 > item.notAfter - item.notBefore) continue;
    warnings.push({ ...item, state: remaining < 0 ? 'expired' : 'expiring', remaining });
  }
  return warnings.toSorted((left, right) => left.remaining - right.remaining);
}
