import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { publishErrorsPage } from '../errors/errors-page.js';
import { completeDocument } from './open-api-document.js';
import { SECURITY_SCHEMES } from './security-schemes.js';
import { TAGS } from './tags.js';

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

const DESCRIPTION = `Keeps the secrets of many tenants. It is compatible with the REST API of the Cloudify Manager.

**Versions.** \`/api/v3.1\` is the current one and refuses unknown fields; \`/api/v3\` has the shapes of Cloudify 4.0 and
ignores them. Both work on the same secrets.

**Authentication.** Send a user name and a password (Basic), or a token. Requests within a tenant name it in the header
\`tenant\`.

**Errors.** Every error has the form \`{"message", "error_code", "server_traceback": null}\`. Beside the statuses that an
operation lists, 405 (the method), 431 (long headers) and 404 with \`unknown_address\` (the path) can come to any request.
[What each \`error_code\` means](docs/errors)`;

/**
 * Serves the API documentation at /api/docs and the OpenAPI document at /api/docs-json, both without authentication.
 * @param shortestPassword the fewest characters of a new password
 */
export function publishOpenApi(app: NestFastifyApplication, shortestPassword: number): void {
  const instance: FastifyInstance = app.getHttpAdapter().getInstance();
  instance.addHook('onRoute', (route) => {
    if (route.url.startsWith(DOCS)) route.onRequest = sendDocsPolicy;
  });
  publishErrorsPage(instance);
  SwaggerModule.setup(DOCS, app, () => openApiDocument(app, shortestPassword), {
    raw: ['json'],
    jsonDocumentUrl: `${DOCS}-json`,
    customSiteTitle: 'Strongroom API',
    swaggerOptions: { displayOperationId: true, displayRequestDuration: true },
  });
}

/** Builds the OpenAPI document of an application. */
function openApiDocument(app: NestFastifyApplication, shortestPassword: number): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Strongroom')
    .setDescription(DESCRIPTION)
    .setVersion('3.1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    // Relative to the address of the document, so that it also holds behind a proxy that adds a prefix.
    .addServer('..', 'The service that serves this document');
  for (const [name, description] of TAGS) config.addTag(name, description);
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES)) config.addSecurity(name, scheme);
  return completeDocument(SwaggerModule.createDocument(app, config.build()), shortestPassword);
}

/** Sends the page to its one address, which its relative links need, and says what its pages may load. */
function sendDocsPolicy({ raw }: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header('Content-Security-Policy', DOCS_POLICY);
  if (raw.url?.split('?', 1)[0] === `${DOCS}/`) void reply.redirect('../docs', 308);
  else done();
}
