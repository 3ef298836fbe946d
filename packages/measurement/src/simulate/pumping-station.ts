import { gaussian } from '@kiten/numerics';
import type { Frame } from '../series/frame.ts';

/** Seconds between two rows. */
const interval = 60;
const rowsADay = 86_400 / interval;

/** A sensor of the station: what it adds of its own to what it measures. */
interface Sensor {
  readonly name: string;
  /** The deviation of its noise, white. */
  readonly noise: number;
  readonly step: number;
  /** Rows for which it says the same before it measures again. */
  readonly every?: number;
  readonly sees: (state: State) => number;
}

/** What really is, in the units that the sensors measure it in. */
interface State {
  demand: number;
  inflow: number;
  level: number;
  speed: number;
  flow: number;
  pressure: number;
  mains: number;
  power: number;
  motor: number;
  room: number;
  water: number;
  salt: number;
  chlorine: number;
}

const sensors: readonly Sensor[] = [
  { name: 'inflow', noise: 0.6, step: 0.1, sees: ({ inflow }) => inflow },
  { name: 'tank_level', noise: 0.004, step: 0.001, sees: ({ level }) => level },
  { name: 'tank_pressure', noise: 0.4, step: 0.125, sees: ({ level }) => 98.1 * level },
  { name: 'pump_speed', noise: 2, step: 1, sees: ({ speed }) => speed },
  { name: 'pump_current', noise: 0.12, step: 0.05, sees: ({ power, mains }) => (1540 * power) / mains },
  { name: 'outflow', noise: 0.5, step: 0.1, sees: ({ flow }) => flow },
  { name: 'outlet_pressure', noise: 0.015, step: 0.0061, sees: ({ pressure }) => pressure },
  { name: 'motor_temperature', noise: 0.12, step: 0.0625, sees: ({ motor }) => motor },
  { name: 'room_temperature', noise: 0.08, step: 0.0625, sees: ({ room }) => room },
  { name: 'voltage', noise: 0.5, step: 0.1, sees: ({ mains }) => mains },
  { name: 'vibration', noise: 0.03, step: 0.012, sees: ({ speed, flow }) => 0.4 + speed / 2000 + flow / 400 },
  { name: 'water_temperature', noise: 0.03, step: 0.01, every: 5, sees: ({ water }) => water },
  {
    ...{ name: 'conductivity', noise: 1.2, step: 0.5, every: 5 },
    sees: ({ salt, water }) => salt * (1 + 0.02 * (water - 12)),
  },
  { name: 'chlorine', noise: 0.006, step: 0.002, every: 5, sees: ({ chlorine }) => chlorine },
  { name: 'network_flow', noise: 0.7, step: 0.25, sees: ({ flow }) => 0.97 * flow },
];

/**
 * A pumping station, simulated: a tank that is filled as its level asks for, a pump that holds the pressure against a demand
 * with a daily course, and what goes with it. Fifteen sensors with noise, steps and rates of their own; a row a minute. The
 * operator changes the pressure that is held now and then. There is no attack in it.
 *
 * @param random between 0 and 1
 */
export function pumpingStation(rows: number, random: () => number): Frame {
  const normal = gaussian(random);
  const station = stationOf(random, normal);
  const width = sensors.length;
  const values = new Float64Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const state = station(row);
    for (const [at, { noise, step, every = 1, sees }] of sensors.entries())
      values[row * width + at] =
        row % every === 0 || row === 0
          ? quantised(sees(state) + noise * normal(), step)
          : (values[(row - 1) * width + at] as number);
  }
  return {
    channels: sensors.map(({ name }) => name),
    ...{ rows, values, interval, timeColumn: 'time', labels: new Map(), leftOut: [] },
    times: Float64Array.from({ length: rows }, (_, row) => row * interval),
  };
}

function stationOf(random: () => number, normal: () => number): (row: number) => State {
  const state: State = {
    ...{ demand: 60, inflow: 60, level: 3, speed: 1450, flow: 60, pressure: 4, mains: 400, power: 9 },
    ...{ motor: 45, room: 20, water: 12, salt: 520, chlorine: 0.4 },
  };
  let [swing, held, weather, wanted] = [0, 4, 0, 3];
  return (row) => {
    const hour = (2 * Math.PI * row) / rowsADay;
    if (random() < 1 / 500) held = 3.8 + 0.4 * random();
    if (random() < 1 / 700) wanted = 2.8 + 0.4 * random();
    swing = 0.97 * swing + 1.2 * normal();
    weather = 0.999 * weather + 0.05 * normal();
    state.demand = 60 - 15 * Math.cos(hour) - 8 * Math.cos(2 * hour) + swing;
    state.flow += 0.6 * (state.demand - state.flow);
    // The pump's curve: more flow takes more speed for the same pressure.
    state.speed += 60 * (held - state.pressure) + 0.5 * (state.demand - state.flow);
    state.pressure = 4 + 0.006 * (state.speed - 1450) - 0.02 * (state.flow - 60);
    const opening = 60 + 40 * (wanted - state.level) + 0.5 * (state.flow - 60);
    state.inflow += 0.3 * (Math.max(0, opening) - state.inflow) + 0.4 * normal();
    state.level += (state.inflow - state.flow) / 1200;
    state.mains = 400 + 0.9 * (state.mains - 400) + 0.6 * normal() - 0.03 * (state.power - 9);
    state.power = 9 * (state.speed / 1450) * (0.4 + 0.6 * (state.flow / 60));
    state.room = 20 + weather + 2 * Math.sin(hour - 2);
    state.motor += 0.05 * (state.room + 2.8 * state.power - state.motor);
    state.water += 0.01 * (11 + 0.25 * (state.room - 20) + 1 - state.water);
    state.salt = 520 + 0.998 * (state.salt - 520) + 0.8 * normal();
    state.chlorine += 0.05 * (0.4 - 0.004 * (state.flow - 60) - 0.02 * (state.water - 12) - state.chlorine);
    return state;
  };
}

function quantised(value: number, step: number): number {
  // A multiple of the step, without the digits that the multiplication leaves.
  return Number((Math.round(value / step) * step).toFixed(6));
}
