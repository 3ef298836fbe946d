import { describe, expect, it } from 'vitest';
import { roleOf } from '../../src/site/access/oidc.ts';

describe('the role that groups give', () => {
  const given = { admins: 'administrator', staff: 'viewer', line: 'operator' } as const;

  it('is the widest of them', () => {
    expect(roleOf(['staff', 'line'], given)).toBe('operator');
    expect(roleOf(['admins', 'staff'], given)).toBe('administrator');
    expect(roleOf('staff', given)).toBe('viewer');
  });

  it('is none for groups that have none here, whatever they are called or made of', () => {
    for (const groups of [
      undefined,
      null,
      [],
      ['other'],
      ['__proto__', 'constructor'],
      [{}, 7, ['staff']],
      { staff: true },
    ])
      expect(roleOf(groups, given)).toBeUndefined();
  });
});
