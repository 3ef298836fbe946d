import type { DeviceFacts, Release } from '@kiten/update';
import { describe, expect, it } from 'vitest';
import { compileCohort } from '../../src/site/update/cohort.ts';

const release: Release = {
  ...{
    target: 'pump.img',
    length: 1,
    hashes: {},
    hardwareIds: ['pump-2'],
    releaseCounter: 7,
    version: '2.1',
  },
  ...{ references: [], remedies: [] },
};
const device = (more: Partial<DeviceFacts> = {}): DeviceFacts => ({
  ...{
    id: 'pump-1',
    groups: ['pumps'],
    model: 'Acme 3',
    standing: 'admitted',
    trust: 'affirming',
    overdue: false,
  },
  vector: {
    ...{ 'instance-identity': 2, configuration: 0, executables: 2, 'file-system': 0, hardware: 2 },
    ...{ 'runtime-opaque': 0, 'storage-opaque': 0, 'sourced-data': 0 },
  },
  adverse: [],
  ecus: [{ ecu: 'main', hardwareId: 'pump-2', version: '1.9', releaseCounter: 6 }],
  ...more,
});

const permits = (condition: string, one = device()) =>
  compileCohort(
    `permit (principal, action == Action::"update", resource) when { ${condition} };`,
    'plant-7.example',
  )(one, [release]);

describe('a cohort', () => {
  it.each([
    'principal.tier.executables == "affirming"',
    'principal.vector.hardware == 2',
    'principal in Group::"pumps"',
    'principal has model && principal.model == "Acme 3"',
    'principal.site == "plant-7.example"',
    'principal has version && principal.version like "1.*"',
    'principal.releaseCounter < resource.releaseCounter',
  ])('is told by vector, group, model, site and version: %s', (condition) => {
    expect(permits(condition)).toBe(true);
    expect(permits(`!(${condition})`)).toBe(false);
  });

  it('is not joined by a device for which something that is asked for is not known', () => {
    const { model: _model, ...unknown } = device();
    expect(permits('principal has model && principal.model == "Acme 3"', unknown)).toBe(false);
  });

  it('is for devices whose every image is permitted, and for none that no image is for', () => {
    const two = device({
      ecus: [
        { ecu: 'a', hardwareId: 'pump-2', version: '1.9', releaseCounter: 6 },
        { ecu: 'b', hardwareId: 'pump-2', version: '3.0', releaseCounter: 6 },
      ],
    });
    expect(permits('principal has version && principal.version like "1.*"', two)).toBe(false);
    expect(permits('true', device({ ecus: [] }))).toBe(false);
  });

  it('is refused where it does not fit the schema', () => {
    expect(() => permits('principal.owner == "me"')).toThrow(
      expect.objectContaining({ code: 'policy/invalid' }),
    );
    expect(() => permits('(')).toThrow(expect.objectContaining({ code: 'policy/parse-failed' }));
  });
});
