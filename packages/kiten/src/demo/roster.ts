/** A simulated device: what it is, what it measures and how often it says so. */
export interface SimulatedDevice {
  readonly id: string;
  readonly kind: 'pump' | 'cold-room' | 'door' | 'meter';
  readonly everySeconds: number;
}

/** The fleet of the demonstration: four kinds of device in a small plant. */
export const roster: readonly SimulatedDevice[] = [
  { id: 'pump-1', kind: 'pump', everySeconds: 2 },
  { id: 'pump-2', kind: 'pump', everySeconds: 2 },
  { id: 'cold-room-1', kind: 'cold-room', everySeconds: 5 },
  { id: 'cold-room-2', kind: 'cold-room', everySeconds: 5 },
  { id: 'door-east', kind: 'door', everySeconds: 4 },
  { id: 'door-west', kind: 'door', everySeconds: 4 },
  { id: 'meter-1', kind: 'meter', everySeconds: 3 },
  { id: 'meter-2', kind: 'meter', everySeconds: 3 },
];
