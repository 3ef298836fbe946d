import { once } from 'node:events';
import { connect as connectTls } from 'node:tls';
import { KitenError } from '@kiten/codec';
import type { Address, Connect } from './connector.ts';

/** The device's own certificate and key, PEM. */
export interface TlsIdentity {
  readonly certificate: string;
  readonly key: string;
}

const connectTimeout = 30_000;

/** TLS by Node itself, with a key that the process holds; without an identity, as nobody. @param trust PEM of the site's root */
export const nodeConnector =
  (trust: string, identity?: TlsIdentity): Connect =>
  async (address) => {
    const socket = connectTls({
      host: address.host,
      port: address.port,
      ca: trust,
      minVersion: 'TLSv1.2',
      ...(/^[\d.:]+$/.test(address.host) ? {} : { servername: address.host }),
      ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
    });
    socket.setTimeout(connectTimeout, () => socket.destroy(new Error('no answer in time')));
    try {
      await once(socket, 'secureConnect');
    } catch (cause) {
      socket.destroy();
      throw connectionFault(address, cause);
    }
    socket.setTimeout(0);
    return socket;
  };

/** Certificate errors of OpenSSL are told apart: they call for the operator, not for another attempt. */
export function connectionFault({ host, port }: Address, cause: unknown): KitenError {
  const { code = '', message = '' } = cause as NodeJS.ErrnoException;
  const isCertificate = /CERT|ISSUER|SELF_SIGNED|VERIFY|ALTNAME/.test(code);
  return isCertificate
    ? new KitenError(
        'agent/site-untrusted',
        `Who answers at ${host}:${port} is not the site that is trusted (${message}).`,
        { cause },
      )
    : new KitenError('agent/site-unreachable', `The site at ${host}:${port} does not answer (${message}).`, {
        cause,
      });
}
