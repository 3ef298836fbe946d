import { Refusal } from './refusal.ts';

export type EstOperation = 'cacerts' | 'csrattrs' | 'nonce' | 'simpleenroll' | 'simplereenroll';

const root = '/.well-known/est/';

const methods: Readonly<Record<EstOperation, readonly ('GET' | 'POST')[]>> = {
  cacerts: ['GET'],
  csrattrs: ['GET'],
  nonce: ['GET', 'POST'],
  simpleenroll: ['POST'],
  simplereenroll: ['POST'],
};

/**
 * The operation that a method and path name (RFC 7030 §3.2.2).
 *
 * Server-side key generation and full CMC are optional there, and a client takes 404 or 501 as “not implemented”.
 * 501 says that of the operation whatever the method, where 404 might as well be a wrong address; a device here
 * makes its own key, so that no private key ever leaves it or passes a network.
 *
 * @throws Refusal 404 `identity/est-unknown`, `identity/est-label`; 405 `identity/est-method`;
 * 501 `identity/est-serverkeygen`, `identity/est-fullcmc`
 */
export function operationOf(method: string, path: string): EstOperation {
  const name = path.startsWith(root) ? path.slice(root.length) : '';
  if (name === 'serverkeygen') {
    throw new Refusal(
      501,
      'identity/est-serverkeygen',
      'This site makes no keys for devices: make a key pair on it.',
    );
  }
  if (name === 'fullcmc') {
    throw new Refusal(
      501,
      'identity/est-fullcmc',
      'Full CMC is not offered: use simpleenroll or simplereenroll.',
    );
  }
  if (name.includes('/')) {
    const message =
      'This site has one certificate authority and takes no label: use /.well-known/est/OPERATION.';
    throw new Refusal(404, 'identity/est-label', message);
  }
  if (!Object.hasOwn(methods, name)) {
    const known = Object.keys(methods).join(', ');
    throw new Refusal(404, 'identity/est-unknown', `The operations below /.well-known/est/ are ${known}.`);
  }
  const operation = name as EstOperation;
  const allowed = methods[operation];
  if (!allowed.some((each) => each === method)) {
    throw new Refusal(405, 'identity/est-method', `${operation} takes ${allowed.join(' or ')}.`, {
      headers: { Allow: allowed.join(', ') },
    });
  }
  return operation;
}
