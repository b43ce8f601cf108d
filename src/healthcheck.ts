/**
 * Ends with code 0 if the service of this environment answers `GET /health/live`, for the health check of a container. The
 * certificate is not verified: its names are not those by which the service is asked here, from its own machine.
 */
import { get as getHttp } from 'node:http';
import { get as getHttps } from 'node:https';
import { localUrl } from './common/local-url.js';
import { EnvironmentReader } from './config/environment-reader.js';
import { variables } from './config/variables.js';

const TIMEOUT_MS = 2_500;

const reader = new EnvironmentReader();
const hasTls = reader.text(variables.tlsCertificateFile) !== undefined;
const host = reader.text(variables.host) ?? '';
const url = `${localUrl(host, reader.number(variables.port), hasTls)}/health/live`;
const options = { timeout: TIMEOUT_MS, rejectUnauthorized: false };

const fail = (reason: string): never => {
  process.stderr.write(`GET ${url}: ${reason}\n`);
  process.exit(1);
};
(hasTls ? getHttps : getHttp)(url, options, ({ statusCode = 0 }) =>
  statusCode === 200 ? process.exit(0) : fail(`answered ${statusCode}`),
)
  .on('timeout', () => fail('no answer in time'))
  .on('error', ({ message }) => fail(message));
