import { generateKeyPairSync } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { buildApi } from '../../../packages/kiten/src/api/server.ts';
import type { OperatorAction } from '../../../packages/kiten/src/site/policies.ts';
import type { SiteServices } from '../../../packages/kiten/src/site/services.ts';

/** The part of JSON Schema that the API's shapes are written in, here and in OpenAPI 3.0.3 ("Schema Object"). */
export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

export interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly description: string }>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A route as it is registered, of which the OpenAPI document doesn't say who may use it. */
export interface Route {
  readonly method: string;
  /** As Fastify writes it: `/api/v1/devices/:id`. */
  readonly url: string;
  readonly config?: { readonly open?: boolean; readonly action?: OperatorAction; readonly fresh?: boolean };
  readonly schema?: { readonly hide?: boolean };
}

/** The API's routes, and the OpenAPI document that a site serves at `/api/v1/openapi.json`. */
export async function describeApi(): Promise<{
  readonly openApi: OpenApi;
  readonly routes: readonly Route[];
}> {
  const routes: Route[] = [];
  const onInstance = (message: unknown) => {
    const { fastify } = message as {
      fastify: { addHook(name: 'onRoute', hook: (route: Route) => void): void };
    };
    fastify.addHook('onRoute', (route) => void routes.push(route));
  };
  const initialization = channel('fastify.initialization');
  initialization.subscribe(onInstance);
  const api = await buildApi(nobody());
  initialization.unsubscribe(onInstance);
  await api.ready();
  const openApi = api.swagger() as unknown as OpenApi;
  await api.close();
  return { openApi, routes };
}

/** Services that are never asked: registering routes looks at keys alone. */
function nobody(): SiteServices {
  const publicKey = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
  const known: Record<string | symbol, unknown> = {
    logKey: publicKey,
    keys: { root: publicKey, verifier: { publicKey } },
  };
  const anything: unknown = new Proxy(() => undefined, {
    get: (_target, name) => (name === 'level' ? 'silent' : anything),
    apply: () => anything,
  });
  return new Proxy({} as SiteServices, { get: (_target, name) => known[name] ?? anything });
}
