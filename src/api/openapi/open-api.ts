import { applyDecorators } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiBasicAuth, ApiHeader, ApiResponse, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publishErrorsPage } from '../errors/errors-page.js';
import { ErrorBody } from '../errors/error-body.js';
import { completeDocument } from './open-api-document.js';

const DOCS = '/api/docs';

/** Replaces the policy of other answers: Swagger UI needs its own files and inline styles, but no inline scripts. */
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

const STATUS_DESCRIPTIONS = {
  400: 'The request is malformed or invalid',
  401: 'The credentials are missing or not valid',
  403: 'The caller lacks the permission, or the tenant does not exist or is not accessible to the caller',
  404: 'The resource does not exist or is not visible to the caller',
  408: 'The body stopped arriving, or arrives too slowly',
  409: 'The request conflicts with the present state, such as a name that is taken',
  413: 'The body or the value is too large',
  415: 'The content type is not application/json',
  429: 'Too many passwords wait to be checked or stored',
  500: 'The service failed',
  503: 'The service is temporarily unavailable',
};

export type DescribedStatus = keyof typeof STATUS_DESCRIPTIONS;

/** Documents the error responses with these statuses. */
export function ApiErrors(...statuses: DescribedStatus[]): ClassDecorator & MethodDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, description: STATUS_DESCRIPTIONS[status], type: ErrorBody }),
    ),
  );
}

/** Documents what all routes within a tenant share: authentication, the `tenant` header and the errors. */
export function TenantApi(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    ApiBasicAuth(),
    ApiHeader({ name: 'tenant', required: true, description: 'The tenant to work in' }),
    ApiErrors(400, 401, 403, 404, 408, 413, 429, 500, 503),
  );
}

/** Documents the same for a route without a `tenant` header. */
export function InstallationApi(): ClassDecorator & MethodDecorator {
  return applyDecorators(ApiBasicAuth(), ApiErrors(400, 401, 403, 404, 408, 413, 429, 500, 503));
}

/**
 * Serves the API documentation at /api/docs and the OpenAPI document at /api/docs-json, both without authentication.
 */
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
  publishErrorsPage(instance);
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
