import { type ErrorCode, KitenError } from '@kiten/codec';
import { problemOf } from '../../packages/kiten/src/api/problem.ts';
import { type Needs, needsOf } from './api/needs.ts';
import { describeApi, type Operation, type Parameter, type Route, type Schema } from './api/open-api.ts';
import { namedShapes, remarks, shape, written } from './api/shape.ts';
import { allUses } from './errors.ts';
import { code, document, generatedNote, plain, table } from './markdown.ts';

const introduction = `What people and their programs may ask of a site, at \`http://localhost:7080\` (\`console.port\`), or by HTTPS where
\`console.hosts\` opens it. A running site serves the same as OpenAPI 3.0 at \`/api/v1/openapi.json\`.

A program sends a token as \`Authorization: Bearer kto_…\`; \`kiten api-token create\` makes one. It needs one of the
operation's scopes, and its operator one of the roles. The roles are those to which the policies of a new site give the
action: operators pass through Cedar, too. A browser has a session cookie instead, and whatever it changes has to come from
the console's own origin. Bodies are JSON (\`application/json\`, at most 256 KiB). An answer 202 means that a second person
has to agree (\`/api/v1/approvals\`). Whatever is refused is answered by a problem document (RFC 9457), \`Problem\` below.

サイトの API です。人と、そのプログラムが使います。アドレスは \`http://localhost:7080\`（\`console.port\`）、\`console.hosts\` で
公開した場合は HTTPS です。稼働中のサイトは、同じ内容を OpenAPI 3.0 として \`/api/v1/openapi.json\` で提供します。

プログラムはトークンを \`Authorization: Bearer kto_…\` で送ります。トークンは \`kiten api-token create\` で作ります。トークンには
操作ごとのスコープのいずれか、そのオペレーターには役割のいずれかが必要です。役割は、新しいサイトのポリシーがその操作を許す
ものを示しています（オペレーターも Cedar で判断されます）。ブラウザーはセッション Cookie を使い、変更を伴う要求はコンソール自身の
オリジンから送らなければなりません。本文は JSON（\`application/json\`、256 KiB まで）です。202 は、もう一人の承認待ちを表します
（\`/api/v1/approvals\`）。拒否はすべて問題文書（RFC 9457、下記の \`Problem\`）で返します。`;

interface Described {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly needs: Needs;
}

/** `docs/api.md`: every operation of the OpenAPI document, and who may use it. */
export async function apiDocument(): Promise<string> {
  const { openApi, routes } = await describeApi();
  const operations = Object.entries(openApi.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
      needs: needsOf(routeOf(routes, method, path)),
    })),
  );
  const parts = Map.groupBy(operations, ({ path }) => path.split('/')[3] ?? '');
  const order = [...parts.keys()].sort();
  return document(
    generatedNote,
    '# HTTP API',
    introduction,
    table(
      ['part', 'operations'],
      order.map((part) => [`[\`${part}\`](#${part})`, String(parts.get(part)?.length)]),
    ),
    ...order.map((part) => [`## ${part}`, ...(parts.get(part) ?? []).map(section)].join('\n\n')),
    '## Shapes',
    'Shapes that several answers have. / 複数の応答で使われる形です。',
    ...namedShapes.map(({ name, schema }) => `### ${name}\n\n${block(`type ${name} = ${written(schema)}`)}`),
    '## Besides the OpenAPI document',
    `Files and figures for tools that know them by name. / ツールが決まった名前で読むファイルと計測値です。`,
    table(['path', 'for whom'], besides(routes)),
    '## Errors',
    `A refusal has a code and its status; a code that has no row here is 400, such as \`kiten/request-invalid\` where parameters
or body are not as above. Every operation may answer 421; one that is not for everybody, 401 and 403; one that takes a body,
413 and 415. [errors.md](errors.md) has the sentences.

拒否には、コードと状態コードが付きます。ここにないコードは 400 です（パラメーターや本文が上記の形でないときの
\`kiten/request-invalid\` など）。421 はすべての操作が、401 と 403 はサインインの要る操作が、413 と 415 は本文を受け取る操作が
返すことがあります。文は [errors.md](errors.md) にあります。`,
    table(['status', 'title', 'codes'], await refusals()),
  );
}

function routeOf(routes: readonly Route[], method: string, path: string): Route {
  const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
  const found = routes.find((one) => one.url === url && one.method === method.toUpperCase());
  if (found === undefined) throw new Error(`There is no route for ${method} ${path}.`);
  return found;
}

function section({ method, path, operation, needs }: Described): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  if (summary === undefined) throw new Error(`${method} ${path} has no summary.`);
  const body = schemaOf(requestBody);
  return [
    `### ${method} ${path}`,
    `${plain(summary)}.`,
    who(needs),
    ...(parameters.length === 0 ? [] : [table(['parameter', 'in', 'type', 'meaning'], parameters.map(row))]),
    ...(body === undefined ? [] : [block(`body: ${shape(body)}`)]),
    ...Object.entries(responses).map(([status, response]) => {
      const answer = schemaOf(response);
      const said = response.description === 'Default Response' ? '' : ` // ${response.description}`;
      return answer === undefined ? `\`${status}\`` : block(`${status}: ${shape(answer)}${said}`);
    }),
  ].join('\n\n');
}

function schemaOf(content: Operation['requestBody']): Schema | undefined {
  return Object.values(content?.content ?? {})[0]?.schema;
}

function who(needs: Needs): string {
  if (needs.kind === 'open') return 'For everybody, without a sign-in.';
  const fresh = needs.isFresh ? ' In a browser: within five minutes of signing in.' : '';
  return `Role: ${needs.roles.join(', ')}. Scope: ${needs.scopes.map(code).join(' or ')}.${fresh}`;
}

function row({ name, in: place, required = false, description, schema }: Parameter): readonly string[] {
  const meaning = remarks({ ...schema, ...(description === undefined ? {} : { description }) }, code);
  return [code(name), `${place}${required ? '' : ', optional'}`, code(shape(schema)), plain(meaning)];
}

function besides(routes: readonly Route[]): readonly (readonly string[])[] {
  return routes
    .filter(({ method, url, schema }) => method === 'GET' && url !== '/*' && schema?.hide === true)
    .map((route) => {
      const needs = needsOf(route);
      // Whether entries are for everybody is the site's to say.
      if (route.url === '/log/tile/entries/*')
        return [code(route.url), 'operators; everybody with `log.entries = "public"`'];
      return [code(route.url), needs.kind === 'open' ? 'everybody' : 'operators'];
    });
}

/** The codes that the API answers with another status than 400, by status. */
async function refusals(): Promise<readonly (readonly string[])[]> {
  const codes = [...new Set((await allUses()).map((use) => use.code))].sort();
  const byStatus = Map.groupBy(codes, (each) => problemOf(new KitenError(each as ErrorCode, '')).status);
  return [...byStatus]
    .filter(([status]) => status !== 400)
    .sort(([one], [other]) => one - other)
    .map(([status, found]) => {
      const { title } = problemOf(new KitenError(found[0] as ErrorCode, ''));
      return [String(status), title, found.map(code).join(' ')];
    });
}

function block(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}
