import { KitenError } from '@kiten/codec';
import { deviceOfStream } from '@kiten/trust';

/** One channel of one stream. */
export interface Sensor {
  readonly stream: string;
  readonly channel: string;
}

/** `STREAM#CHANNEL`: no topic has a `#` in it (MQTT 5.0 §4.7.1), and so no stream. */
export const sensorName = ({ stream, channel }: Sensor): string => `${stream}#${channel}`;

export const deviceOfSensor = ({ stream }: Sensor): string => deviceOfStream(stream);

/** @throws KitenError `measurement/cross-check` */
export function parseSensor(name: string): Sensor {
  const at = name.indexOf('#');
  if (at > 0 && at < name.length - 1) return { stream: name.slice(0, at), channel: name.slice(at + 1) };
  throw new KitenError(
    'measurement/cross-check',
    `“${name.slice(0, 140)}” names no sensor: that is STREAM#CHANNEL, such as pump-1/tank#level.`,
  );
}
