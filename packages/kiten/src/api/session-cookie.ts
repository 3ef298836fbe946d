import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Under HTTPS the cookie is bound to its host: no other host, path or plain page can set it (RFC 6265bis §4.1.3.2).
 * Plain HTTP, which answers on this machine alone, can't have that prefix.
 */
const names = { http: 'kiten_session', https: '__Host-kiten_session' } as const;

export function sessionSecret(request: FastifyRequest): string | undefined {
  return request.cookies[names[request.protocol]];
}

export function setSession(
  { protocol }: FastifyRequest,
  reply: FastifyReply,
  { secret, expiresAt }: { secret: string; expiresAt: number },
): void {
  reply.setCookie(names[protocol], secret, { ...attributes(protocol), expires: new Date(expiresAt) });
}

export function clearSession({ protocol }: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(names[protocol], attributes(protocol));
}

function attributes(protocol: 'http' | 'https') {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure: protocol === 'https' } as const;
}
