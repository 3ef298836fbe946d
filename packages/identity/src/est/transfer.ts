import { decodeBase64Lines, encodeUtf8, toBase64 } from '@kiten/codec';
import type { EstRequest, EstResponse } from './message.ts';
import { Refusal } from './refusal.ts';

const largestBody = 16 * 1024;

/**
 * The DER of a request body: base64 with white space anywhere, whatever Content-Transfer-Encoding says
 * (RFC 8951 §3.1).
 *
 * @throws Refusal 413 `identity/request-too-large`, 415 `identity/request-media-type`, 400 `identity/request-base64`
 */
export function transferDecode(request: EstRequest, mediaType: string): Uint8Array {
  const given = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (given !== mediaType) {
    throw new Refusal(
      415,
      'identity/request-media-type',
      `The Content-Type of the request must be ${mediaType}.`,
    );
  }
  if (request.body.length > largestBody) {
    throw new Refusal(413, 'identity/request-too-large', `The request is larger than ${largestBody} octets.`);
  }
  const text = latin1(request.body);
  try {
    return decodeBase64Lines(text);
  } catch (cause) {
    throw new Refusal(400, 'identity/request-base64', `The request is not DER in base64. ${hint(text)}`, {
      cause,
    });
  }
}

function hint(text: string): string {
  const command = 'openssl req -in device.csr -outform DER | base64';
  if (text.startsWith('-----BEGIN')) return `It is PEM: send it without the lines of dashes ("${command}").`;
  if (text.startsWith('\x30')) return `It is DER as such: encode it ("${command}").`;
  return `Make it with "${command}".`;
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/**
 * A 200 response of DER in base64, in lines of 64 that end in LF, which every decoder takes (`base64 -d` stumbles over CR). Content-Transfer-Encoding means
 * nothing (RFC 8951 §3.1) and is sent for clients of RFC 7030 alone, some of which refuse a response without it.
 */
export function transferResponse(mediaType: string, der: Uint8Array): EstResponse {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return {
    status: 200,
    headers: {
      'Content-Type': mediaType,
      'Content-Transfer-Encoding': 'base64',
      'Cache-Control': 'no-store',
    },
    body: encodeUtf8(`${lines.join('\n')}\n`),
  };
}
