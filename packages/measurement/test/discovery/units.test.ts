import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  checkDeclaration,
  Discovery,
  declaredUnits,
  encodeSenmlCbor,
  encodeSenmlJson,
  type SenmlRecord,
} from '../../src/index.ts';
import { verify } from '../signers.ts';

const start = Date.UTC(2030, 0, 1);

/** What is found of messages in SenML, a second apart. */
class Hall {
  readonly discovery = new Discovery({ verify, askKeys: () => undefined });
  #at = start;

  send(device: string, count: number, records: readonly SenmlRecord[], encode = encodeSenmlCbor): void {
    for (let sent = 0; sent < count; sent++, this.#at += 1000) {
      const payload = encode(records.map((record) => ({ ...record, v: 20 + sent / 4 })));
      this.discovery.take({ device, topic: `d/${device}/hall`, at: this.#at, payload });
    }
  }

  get found() {
    return this.discovery.found(new Set(), this.#at);
  }
}

const temperature: SenmlRecord = { bn: 'hall:', bu: 'Cel', n: 'temp' };
const humidity: SenmlRecord = { n: 'hum', u: '%RH' };

describe('what is found in SenML', () => {
  it.each([
    ['CBOR', encodeSenmlCbor],
    ['JSON', (records: readonly SenmlRecord[]) => encodeUtf8(encodeSenmlJson(records))],
  ] as const)(
    'is declared with the units that it says, by the base unit or by its own, in %s',
    (_, encode) => {
      const hall = new Hall();
      hall.send('room-1', 10, [temperature, humidity, { n: 'count' }], encode);
      hall.send('room-2', 10, [temperature, humidity, { n: 'count' }], encode);
      const [found] = hall.found;
      // The base unit is that of all that say no other one.
      const units = { 'hall:temp': 'Cel', 'hall:hum': '%RH', 'hall:count': 'Cel' };
      expect(found).toMatchObject({ devices: 2, form: 'senml', units });
      const { filter = '', form = 'senml', fields = [] } = found ?? {};
      const declaration = { id: 'hall', filter, form, fields, units, alarmsPerDay: 1, silenceSeconds: 300 };
      expect(() => checkDeclaration(declaration)).not.toThrow();
      expect(declaredUnits(declaration)).toEqual(['Cel', '%RH', 'Cel']);
    },
  );

  it('has no unit where devices say different ones, or only some say one', () => {
    const hall = new Hall();
    hall.send('room-1', 10, [temperature, humidity]);
    hall.send('room-2', 10, [{ ...temperature, bu: 'K' }, humidity]);
    expect(hall.found[0]).toMatchObject({ devices: 2, units: { 'hall:hum': '%RH' } });
    hall.send('room-3', 10, [{ bn: 'hall:', n: 'temp' }, { n: 'hum' }]);
    expect(hall.found[0]).toMatchObject({ devices: 3 });
    expect(hall.found[0]?.units).toBeUndefined();
  });

  it('has no unit where one device says several, until it has said the same for long', () => {
    const hall = new Hall();
    hall.send('room-1', 5, [temperature]);
    hall.send('room-1', 5, [{ ...temperature, bu: 'K' }]);
    expect(hall.found[0]?.units).toBeUndefined();
    hall.send('room-1', 300, [{ ...temperature, bu: 'K' }]);
    expect(hall.found[0]?.units).toEqual({ 'hall:temp': 'K' });
  });

  it('has no unit that is none', () => {
    const hall = new Hall();
    hall.send('room-1', 10, [{ ...temperature, bu: 'a unit of seventeen' }]);
    expect(hall.found).toHaveLength(1);
    expect(hall.found[0]?.units).toBeUndefined();
  });

  it('has its units after a restart, also if they had not been kept before', () => {
    const hall = new Hall();
    hall.send('room-1', 10, [temperature]);
    const stored = JSON.stringify(hall.discovery.change(start, true).kept);
    const again = new Hall();
    again.discovery.recall(JSON.parse(stored));
    expect(again.found).toEqual(hall.found);
    const [{ units: _, ...older }] = JSON.parse(stored);
    const oldest = new Hall();
    oldest.discovery.recall([older]);
    expect(oldest.found[0]?.units).toBeUndefined();
    oldest.send('room-1', 1, [temperature]);
    expect(oldest.found[0]?.units).toEqual({ 'hall:temp': 'Cel' });
  });
});
