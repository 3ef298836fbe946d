import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import type { OpenBroker } from '../open-broker.ts';

export type MemberOptions = Partial<IClientOptions>;

interface Heard {
  readonly topic: string;
  readonly text: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** One of many clients of MQTT.js, which remembers what came. */
export class Member {
  readonly id: string;
  readonly mqtt: MqttClient;
  readonly heard: Heard[] = [];

  private constructor(id: string, mqtt: MqttClient) {
    this.id = id;
    this.mqtt = mqtt;
    mqtt.on('message', (topic, payload, { qos, retain }) =>
      this.heard.push({ topic, text: payload.toString(), qos, retain }),
    );
  }

  /** Connects; its number says with which version, and whether over TCP or WebSocket. */
  static async join(broker: OpenBroker, number: number, more: MemberOptions = {}): Promise<Member> {
    const id = `js-${number}`;
    const url = number % 4 < 2 ? `mqtt://${broker.mqtt}` : `ws://${broker.websocket}/mqtt`;
    const protocolVersion = number % 2 === 0 ? 4 : 5;
    const mqtt = connect(url, { clientId: id, protocolVersion, reconnectPeriod: 0, ...more });
    // Before it is connected: what waited for it comes right after.
    const member = new Member(id, mqtt);
    await new Promise<void>((resolve, reject) => {
      mqtt.once('connect', () => resolve());
      mqtt.once('error', reject);
    });
    mqtt.on('error', () => undefined);
    return member;
  }

  on(prefix: string): Omit<Heard, 'topic'>[] {
    return this.heard
      .filter(({ topic }) => topic.startsWith(prefix))
      .map(({ text, qos, retain }) => ({ text, qos, retain }));
  }
}
