import { KitenError } from '@kiten/codec';

/**
 * Signs in by an invitation as a browser does, and makes a token there: a person of one's own, whom nobody else speaks for.
 *
 * @param api the API's address
 * @param link as adding an operator made it
 * @returns the token
 * @throws KitenError `kiten/unexpected-answer`
 */
export async function comeIn(api: string, link: string, scopes: readonly string[]): Promise<string> {
  const { origin } = new URL(api);
  const post = async (path: string, body: object, cookie = ''): Promise<Response> => {
    const headers = { origin, cookie, 'content-type': 'application/json' };
    const answer = await fetch(`${api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.ok) return answer;
    throw new KitenError('kiten/unexpected-answer', `The site answered ${answer.status} to ${path}.`);
  };
  const signedIn = await post('/sign-in', { link: link.replace(/^.*#sign-in=/, '') });
  const cookie = (signedIn.headers.getSetCookie()[0] ?? '').replace(/;.*/, '');
  const made = await post('/api-tokens', { name: 'story', scopes }, cookie);
  return ((await made.json()) as { token: string }).token;
}
