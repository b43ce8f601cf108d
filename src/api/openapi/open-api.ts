import { applyDecorators } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiBasicAuth, ApiHeader, ApiResponse, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ErrorBody } from '../errors/error-body.js';
import { completeDocument } from './open-api-document.js';

const DOCS = '/api/docs';

/** Swagger UI sets styles in its page; scripts come from files only. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const MEANINGS = {
  400: 'The request is malformed or breaks a rule',
  401: 'No credentials, or ones that are not accepted',
  403: 'The caller may not do this in this tenant, or there is no such tenant for the caller',
  404: 'There is no such thing for the caller',
  409: 'There is one already',
  413: 'The body or the value is too large',
  415: 'The content type is not application/json',
  429: 'Too many attempts',
  500: 'A failure of the service',
  503: 'The service cannot answer for the moment',
};

export type DescribedStatus = keyof typeof MEANINGS;

export function ApiErrors(...statuses: DescribedStatus[]): ClassDecorator & MethodDecorator {
  return applyDecorators(
    ...statuses.map((status) => ApiResponse({ status, description: MEANINGS[status], type: ErrorBody })),
  );
}

/** Documents what every route within a tenant has: credentials, the `tenant` header, and the errors of all of them. */
export function TenantApi(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    ApiBasicAuth(),
    ApiHeader({ name: 'tenant', required: true, description: 'The tenant to work in' }),
    ApiErrors(400, 401, 403, 404, 413, 429, 500, 503),
  );
}

/** Documents the same of a route that takes no `tenant` header. */
export function InstallationApi(): ClassDecorator & MethodDecorator {
  return applyDecorators(ApiBasicAuth(), ApiErrors(400, 401, 403, 404, 413, 429, 500, 503));
}

/** Serves the API's description to people at /api/docs and to programs at /api/docs-json; neither asks who is calling. */
export function publishOpenApi(app: NestFastifyApplication): void {
  const config = new DocumentBuilder()
    .setTitle('Strongroom')
    .setDescription('A multi-tenant secrets service that is compatible with the Cloudify Manager REST API')
    .setVersion('3')
    .addBasicAuth()
    .build();
  const instance: FastifyInstance = app.getHttpAdapter().getInstance();
  instance.addHook('onRoute', (route) => {
    if (route.url.startsWith(DOCS)) route.onRequest = sendDocsPolicy;
  });
  SwaggerModule.setup(DOCS, app, () => completeDocument(SwaggerModule.createDocument(app, config)), {
    raw: ['json'],
    jsonDocumentUrl: `${DOCS}-json`,
    customSiteTitle: 'Strongroom API',
  });
}

function sendDocsPolicy(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header('Content-Security-Policy', DOCS_POLICY);
  done();
}
