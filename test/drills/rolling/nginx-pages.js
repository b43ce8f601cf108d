import { Agent, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { HEADERS } from '../support/drill.js';
import { makeCertificate } from '../support/nginx.js';

const SECRETS = '/api/v3/secrets';

/** Returns a line for each error of nginx itself that has not the form of the service's errors, with and without TLS. */
export async function wrongPages(nginx) {
  const plain = await wrongErrors(nginx.port);
  const ca = makeCertificate(nginx.folder);
  await nginx.restart('nginx-tls.conf');
  const secure = await wrongTls(nginx.port, ca);
  await nginx.restart('nginx-plain.conf');
  return [...plain, ...secure];
}

/** Returns a line if the answer without any replica has not the form of the service's errors. */
export function wrongWithoutReplicas({ port }) {
  return wrongAnswer('all replicas stopped', 502, 'unavailable', { port, path: SECRETS });
}

/** Sends a request with TLS and one without to the port that expects TLS. */
async function wrongTls(port, ca) {
  const bySecure = { port, host: 'localhost', headers: HEADERS, ca };
  const secure = [
    ['with TLS', 200, await answerTo(secureRequest, { ...bySecure, path: SECRETS })],
    ["nginx's own error with TLS", 404, await answerTo(secureRequest, { ...bySecure, path: '/.error' })],
  ].filter(
    ([, status, { statusCode, headers }]) =>
      statusCode !== status || headers['strict-transport-security'] === undefined,
  );
  const plain = await wrongAnswer('no TLS', 400, 'bad_parameters_error', { port, path: SECRETS });
  return [...secure.map(([what, , { statusCode }]) => `${what}: ${statusCode}`), ...plain];
}

/** Makes nginx refuse requests, and returns a line for each answer that is not as the service would give it. */
async function wrongErrors(port) {
  const long = 'x'.repeat(20_000);
  const body = 'x'.repeat(3_000_000);
  const asked = [
    ['a stray percent sign', 400, 'bad_parameters_error', { path: `${SECRETS}/%` }],
    ['an address of its own', 404, 'unknown_address', { path: '/.error' }],
    ['a method that it refuses', 405, 'method_not_allowed', { path: '/', method: 'TRACE' }],
    ['a long body', 413, 'too_large', { path: `${SECRETS}/a`, method: 'PUT', body }],
    ['a long address', 414, 'uri_too_long', { path: `/${long}` }],
    ['long headers', 431, 'too_large', { path: '/', headers: { 'X-Long': long } }],
    ['a path that the service refuses', 401, 'unauthorized_error', { path: SECRETS }],
  ];
  const wrong = asked.map(([what, status, code, sent]) => wrongAnswer(what, status, code, { ...sent, port }));
  return (await Promise.all(wrong)).flat();
}

async function wrongAnswer(what, status, code, sent) {
  const { statusCode, headers, text } = await answerTo(request, sent);
  const { error_code: given, message } = /^\{/.test(text) ? JSON.parse(text) : {};
  const isAsExpected =
    statusCode === status && given === code && typeof message === 'string' && headers['x-request-id'];
  return isAsExpected ? [] : [`${what}: ${statusCode} ${text.slice(0, 200)}`];
}

function answerTo(send, { body, ...options }) {
  return new Promise((resolve, reject) => {
    let text = '';
    const outgoing = send(
      { ...options, agent: options.ca === undefined ? new Agent() : undefined },
      (answer) => {
        answer.setEncoding('utf8').on('data', (part) => (text += part));
        answer.on('end', () => resolve({ statusCode: answer.statusCode, headers: answer.headers, text }));
        // nginx answers a long body before it has arrived.
        outgoing.on('error', () => undefined);
      },
    );
    outgoing.on('error', reject).end(body);
  });
}
