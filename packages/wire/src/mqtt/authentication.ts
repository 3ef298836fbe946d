import { MqttError } from './error.ts';
import type { Properties } from './properties.ts';

/**
 * Enhanced authentication names its method: an AUTH always (MQTT 5.0 §3.15.2.2.2), a CONNECT if it has
 * authentication data (§3.1.2.11.10).
 */
export function requireAuthenticationMethod(place: 'auth' | 'connect', properties: Properties): void {
  const needed = place === 'auth' || properties.authenticationData !== undefined;
  if (needed && properties.authenticationMethod === undefined) {
    throw new MqttError('wire/mqtt-authentication-method-missing', 'The authentication method is missing.');
  }
}
