import { requireAuthenticationMethod } from './authentication.ts';
import { decodeProperties } from './decode-properties.ts';
import { encodeProperties, isEmpty } from './encode-properties.ts';
import { MqttError } from './error.ts';
import { headerOf } from './header.ts';
import type { Auth, Disconnect, MqttVersion } from './packet.ts';
import { requireReasonCode } from './packet-reason-codes.ts';
import { noProperties } from './properties.ts';
import type { PacketReader } from './reader.ts';
import { PacketWriter } from './writer.ts';

/**
 * DISCONNECT (MQTT 5.0 §3.14, 3.1.1 §3.14). In version 5 the reason code may be left out if it is 0 and there are
 * no properties, and the property length if there are none.
 */
export function decodeDisconnect(reader: PacketReader): Disconnect {
  const short = reader.version === 4 || reader.atEnd();
  const reasonCode = short ? 0 : requireReasonCode('disconnect', reader.version, reader.byte());
  const properties = short || reader.atEnd() ? noProperties : decodeProperties(reader, 'disconnect');
  reader.finish();
  return { type: 'disconnect', reasonCode, properties };
}

/** Takes the shortest form. In version 4 the reason code and the properties have no place and are left out. */
export function encodeDisconnect({ reasonCode, properties }: Disconnect, version: MqttVersion): Buffer {
  const writer = new PacketWriter();
  if (version === 5) {
    const bare = isEmpty(properties);
    requireReasonCode('disconnect', version, reasonCode);
    if (!bare || reasonCode !== 0) writer.byte(reasonCode);
    if (!bare) encodeProperties(writer, version, 'disconnect', properties);
  }
  return writer.packet(headerOf('disconnect'));
}

/**
 * AUTH (MQTT 5.0 §3.15). An empty body stands for the reason code 0 without properties; otherwise both are there,
 * and the properties name the method (§3.15.2.2.2).
 */
export function decodeAuth(reader: PacketReader): Auth {
  if (reader.atEnd()) return { type: 'auth', reasonCode: 0, properties: noProperties };
  const reasonCode = requireReasonCode('auth', reader.version, reader.byte());
  const properties = decodeProperties(reader, 'auth');
  reader.finish();
  requireAuthenticationMethod('auth', properties);
  return { type: 'auth', reasonCode, properties };
}

export function encodeAuth({ reasonCode, properties }: Auth, version: MqttVersion): Buffer {
  if (version === 4) throw new MqttError('wire/mqtt-packet-type', 'MQTT 3.1.1 has no AUTH packet.');
  const writer = new PacketWriter();
  requireReasonCode('auth', version, reasonCode);
  if (reasonCode !== 0 || !isEmpty(properties)) {
    requireAuthenticationMethod('auth', properties);
    writer.byte(reasonCode);
    encodeProperties(writer, version, 'auth', properties);
  }
  return writer.packet(headerOf('auth'));
}
