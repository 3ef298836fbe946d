import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { decodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import { exactJsonText } from '@kiten/policy';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyReply } from 'fastify';
import { explainInvalid, type ValidationError } from '../config/validation.ts';
import type { SiteServices } from '../site/services.ts';
import { version } from '../version.ts';
import { guard } from './guard.ts';
import { type Problem, problemOf } from './problem.ts';
import { apiTokenRoutes } from './routes/api-tokens.ts';
import { approvalRoutes } from './routes/approvals.ts';
import { attestationKeyRoutes } from './routes/attestation-keys.ts';
import { authorityRoutes } from './routes/authorities.ts';
import { brakeRoutes } from './routes/brakes.ts';
import { caRoutes } from './routes/ca.ts';
import { consoleRoutes } from './routes/console.ts';
import { deviceRecordRoutes } from './routes/device-records.ts';
import { deviceRoutes } from './routes/devices.ts';
import { eventSinkRoutes } from './routes/event-sinks.ts';
import { eventRoutes } from './routes/events.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { exceptionRoutes } from './routes/exceptions.ts';
import { groupRoutes } from './routes/groups.ts';
import { healthRoutes, healthViewRoutes } from './routes/health.ts';
import { logRoutes } from './routes/log.ts';
import { logFileRoutes } from './routes/log-files.ts';
import { logProofRoutes } from './routes/log-proofs.ts';
import { oidcRoutes } from './routes/oidc.ts';
import { operatorRoutes } from './routes/operators.ts';
import { passkeyRoutes } from './routes/passkeys.ts';
import { passwordRoutes } from './routes/passwords.ts';
import { payloadRuleRoutes } from './routes/payload-rules.ts';
import { policyRoutes } from './routes/policies.ts';
import { policyReviewRoutes } from './routes/policy-review.ts';
import { recoveryCodeRoutes } from './routes/recovery-codes.ts';
import { corimMediaType, referenceRoutes } from './routes/references.ts';
import { reloadRoutes } from './routes/reload.ts';
import { retentionRoutes } from './routes/retention.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { siteRoutes } from './routes/site.ts';
import { storyRoutes } from './routes/story.ts';
import { streamLessonRoutes } from './routes/stream-lessons.ts';
import { streamRelationLessonRoutes } from './routes/stream-relation-lessons.ts';
import { streamRelationRoutes } from './routes/stream-relations.ts';
import { streamRoutes } from './routes/streams.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { trafficRoutes } from './routes/traffic.ts';
import { updateCampaignRoutes } from './routes/update-campaigns.ts';
import { updateDirectorRoutes } from './routes/update-director.ts';
import { imageMediaType, updateImageRoutes } from './routes/update-images.ts';
import { updateRoutes } from './routes/updates.ts';
import { vendorRoutes } from './routes/vendors.ts';
import { verdictRoutes } from './routes/verdicts.ts';
import { witnessRoutes } from './routes/witnesses.ts';
import { serializersOnDemand, validatorOnDemand } from './schemas-on-demand.ts';
import { openSignIn } from './sign-in.ts';

export type Api = FastifyInstance<
  import('node:http').Server,
  import('node:http').IncomingMessage,
  import('node:http').ServerResponse,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

const MAXIMUM_BODY = 256 * 1024;

/** The HTTP server for people and their tools on this machine: console, API, health. */
export async function buildApi(services: SiteServices): Promise<Api> {
  const api = Fastify({
    loggerInstance: services.logger.child({ part: 'api' }, { level: 'warn' }) as FastifyBaseLogger,
    bodyLimit: MAXIMUM_BODY,
    frameworkErrors: (error, _request, reply) => answer(reply, problemOf(understood(error))),
    forceCloseConnections: true,
    schemaController: { compilersFactory: { buildSerializer: serializersOnDemand } },
  })
    .setValidatorCompiler(validatorOnDemand)
    .withTypeProvider<TypeBoxTypeProvider>();
  api.setErrorHandler((error, request, reply) => {
    const problem = problemOf(understood(error));
    if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, problem.detail);
    return answer(reply, problem);
  });
  api.setNotFoundHandler((request, reply) => {
    const problem = problemOf(
      new KitenError('kiten/not-found', `There is nothing at ${request.url.slice(0, 200)}.`),
    );
    return answer(reply, problem);
  });
  api.removeAllContentTypeParsers();
  api.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => parseJsonStrict(decodeUtf8(body), { maxBytes: MAXIMUM_BODY }),
  );
  api.addContentTypeParser(
    corimMediaType,
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => body,
  );
  // An image is as large as it is: it goes to the disk as it comes.
  api.addContentTypeParser(imageMediaType, async (_request: unknown, payload: unknown) => payload);
  await api.register(cookie);
  await api.register(swagger, {
    openapi: {
      info: {
        title: 'Kiten site API',
        version,
        description: 'What operators and their programs may ask of a site.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  guard(api, services);
  healthRoutes(api, services);
  logFileRoutes(api, services);
  await api.register(
    async (scope) => {
      const routes = scope as unknown as Api;
      const signIn = openSignIn(services);
      signInRoutes(routes, services, signIn);
      passkeyRoutes(routes, services, signIn);
      recoveryCodeRoutes(routes, services, signIn);
      oidcRoutes(routes, services, signIn);
      sessionRoutes(routes, services);
      operatorRoutes(routes, services);
      apiTokenRoutes(routes, services);
      siteRoutes(routes, services);
      reloadRoutes(routes, services);
      deviceRoutes(routes, services);
      passwordRoutes(routes, services);
      deviceRecordRoutes(routes, services);
      groupRoutes(routes, services);
      brakeRoutes(routes, services);
      approvalRoutes(routes, services);
      exceptionRoutes(routes, services);
      tokenRoutes(routes, services);
      verdictRoutes(routes, services);
      trafficRoutes(routes, services);
      policyRoutes(routes, services);
      payloadRuleRoutes(routes, services);
      streamRoutes(routes, services);
      streamLessonRoutes(routes, services);
      streamRelationRoutes(routes, services);
      streamRelationLessonRoutes(routes, services);
      policyReviewRoutes(routes, services);
      logRoutes(routes, services);
      logProofRoutes(routes, services);
      witnessRoutes(routes, services);
      evidenceRoutes(routes, services);
      attestationKeyRoutes(routes, services);
      referenceRoutes(routes, services);
      vendorRoutes(routes, services);
      updateRoutes(routes, services);
      updateCampaignRoutes(routes, services);
      updateImageRoutes(routes, services);
      updateDirectorRoutes(routes, services);
      authorityRoutes(routes, services);
      caRoutes(routes, services);
      healthViewRoutes(routes, services);
      eventSinkRoutes(routes, services);
      retentionRoutes(routes, services);
      storyRoutes(routes, services);
      eventRoutes(routes, services);
      routes.get('/openapi.json', { config: { open: true }, schema: { hide: true } }, () => api.swagger());
    },
    { prefix: '/api/v1' },
  );
  await consoleRoutes(api, services);
  return api;
}

function answer(reply: Pick<FastifyReply, 'code' | 'type' | 'send'>, problem: Problem) {
  reply.code(problem.status);
  reply.type('application/problem+json');
  // Counterexamples have integers that a number can't hold.
  return reply.send(exactJsonText(problem));
}

/** Fastify's own refusals, as Kiten says them. */
function understood(error: unknown): unknown {
  const {
    code,
    validation,
    validationContext: part,
  } = error as { code?: string; validation?: unknown; validationContext?: string };
  if (Array.isArray(validation)) {
    const { key, problem } = explainInvalid(validation as ValidationError[]);
    return new KitenError('kiten/request-invalid', `The request’s ${part}: “${key}” ${problem}.`, {
      cause: error,
    });
  }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new KitenError(
        'kiten/body-too-large',
        `A request body may have ${MAXIMUM_BODY} bytes at most.`,
        { cause: error },
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new KitenError('kiten/media-type', 'Send the body as application/json.', { cause: error });
    case 'FST_ERR_BAD_URL':
      return new KitenError('kiten/request-invalid', 'The address of the request is malformed.', {
        cause: error,
      });
    default:
      return error;
  }
}
