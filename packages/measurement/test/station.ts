import type { Frame, StreamTable } from '../src/index.ts';

const devices: readonly (readonly [stream: string, phase: number, channels: readonly string[]])[] = [
  ['tank-1/tank', 0, ['inflow', 'tank_level', 'tank_pressure']],
  ['pump-1/pump', 13, ['pump_speed', 'pump_current', 'motor_temperature', 'vibration', 'voltage']],
  ['net-1/net', 41, ['outflow', 'outlet_pressure', 'network_flow', 'chlorine']],
];

/** Rows of a simulated pumping station as three devices tell them, each at seconds of its own. */
export function threeDevices(station: Frame, from: number, to: number): StreamTable[] {
  const width = station.channels.length;
  return devices.map(([stream, phase, channels]) => {
    const columns = channels.map((name) => station.channels.indexOf(name));
    const values = Float64Array.from(
      { length: (to - from) * channels.length },
      (_, at) =>
        station.values[
          (from + Math.trunc(at / channels.length)) * width + (columns[at % channels.length] as number)
        ] as number,
    );
    const times = station.times.slice(from, to).map((time) => time + phase);
    return { stream, frame: { ...station, channels, rows: to - from, values, times } };
  });
}
