/** What a key may speak as. A trust file names roots in these roles; statements appoint further keys. */
export type Role = 'operator' | 'verifier' | 'manufacturer' | 'chip-maker' | 'laboratory';

export const roles: readonly Role[] = ['operator', 'verifier', 'manufacturer', 'chip-maker', 'laboratory'];

export function isRole(value: unknown): value is Role {
  return roles.some((role) => role === value);
}
