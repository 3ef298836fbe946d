import type { SimulatedDevice } from './roster.ts';

/** Values that drift and shake as such a device's would. `random` gives numbers from 0 to 1. */
export function readings(
  kind: SimulatedDevice['kind'],
  random: () => number,
): (seconds: number) => Record<string, number | string> {
  const phase = random() * 6;
  const noise = (size: number) => (random() + random() + random() - 1.5) * size;
  const round = (value: number, digits: number) => Number(value.toFixed(digits));
  switch (kind) {
    case 'pump':
      return (t) => ({
        pressure: round(4.2 + 0.15 * Math.sin(t / 40 + phase) + noise(0.02), 3),
        vibration: round(1.1 + 0.1 * Math.sin(t / 7 + phase) + Math.abs(noise(0.15)), 3),
        motor: round(61 + 2 * Math.sin(t / 300 + phase) + noise(0.3), 2),
      });
    case 'cold-room':
      return (t) => ({ temperature: round(-18.5 + 0.8 * Math.sin(t / 120 + phase) + noise(0.05), 2) });
    case 'door':
      return () => ({ state: random() < 0.06 ? 'open' : 'closed', battery: round(87 + noise(0.2), 1) });
    case 'meter': {
      let total = 12_000 + random() * 800;
      return (t) => {
        const power = 3.4 + 1.1 * Math.sin(t / 200 + phase) + noise(0.1);
        total += power / 1200;
        return { power: round(power, 3), energy: round(total, 4) };
      };
    }
  }
}
