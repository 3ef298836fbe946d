export const kinds = ['pump', 'cold-room', 'door', 'meter'] as const;

/** A simulated device: what it is, what it measures and how often it says so. */
export interface SimulatedDevice {
  readonly id: string;
  readonly kind: (typeof kinds)[number];
  readonly everySeconds: number;
}

const named = (
  kind: SimulatedDevice['kind'],
  everySeconds: number,
  names: readonly string[],
): readonly SimulatedDevice[] => names.map((name) => ({ id: `${kind}-${name}`, kind, everySeconds }));

/** The fleet of the demonstration: twenty devices of four kinds in a small plant. */
export const roster: readonly SimulatedDevice[] = [
  ...named('pump', 2, ['1', '2', '3', '4', '5', '6']),
  ...named('cold-room', 5, ['1', '2', '3', '4', '5']),
  ...named('door', 4, ['east', 'west', 'north', 'south']),
  ...named('meter', 3, ['1', '2', '3', '4', '5']),
];

/** The program that reads what all of them say, and sends their commands. */
export const controlRoom = { id: 'control-room', group: 'controllers' } as const;
