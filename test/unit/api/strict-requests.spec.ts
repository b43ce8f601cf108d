import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttpLayer, type HttpLayerApp } from './http-layer-app.js';
import { rawRequest } from './raw-request.js';

const HOST = 'Host: x\r\n';
const LOGIN = 'Authorization: Basic eDp5\r\n';
const CHUNKED = '0\r\n\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';

const get = (line: string, headers = HOST + LOGIN): string => `${line}\r\n${headers}\r\n`;
const put = (headers: string, body: string, version = 'HTTP/1.1'): string =>
  `PUT /things/a ${version}\r\n${HOST}${LOGIN}${JSON_TYPE}${headers}\r\n${body}`;
const twice = (header: string): string => get('GET /things/a HTTP/1.1', `${HOST}${LOGIN}${header}${header}`);

const REFUSED: Readonly<Record<string, readonly [bytes: string, message: RegExp]>> = {
  'two Host headers': [
    get('GET /things/a HTTP/1.1', `${HOST}${LOGIN}Host: y\r\n`),
    /`host` was sent more than once/,
  ],
  'two Host headers, the same': [twice(HOST), /`host` was sent/],
  'two Authorization headers': [twice(LOGIN), /`authorization` was sent/],
  'two tokens': [twice('Authentication-Token: a\r\n'), /`authentication-token` was sent/],
  'two tenants': [twice('Tenant: a\r\n'), /`tenant` was sent/],
  'two tenants in different case': [
    get('GET /things/a HTTP/1.1', `${HOST}${LOGIN}tenant: a\r\nTENANT: b\r\n`),
    /`tenant` was sent/,
  ],
  'two content types': [
    put(`${JSON_TYPE}Content-Length: 13\r\n`, '{"value":"x"}'),
    /`content-type` was sent more than once; send it once/,
  ],
  'two passphrases': [twice('X-Export-Passphrase: a\r\n'), /`x-export-passphrase` was sent/],
  'two lengths': [
    put('Content-Length: 1\r\nContent-Length: 1\r\n', 'x'),
    /Content-Length must be one number/,
  ],
  'two lengths in one': [put('Content-Length: 1, 1\r\n', 'x'), /Content-Length must be one number/],
  'a signed length': [put('Content-Length: +1\r\n', 'x'), /Content-Length must be one number/],
  'a length beside chunks': [
    put('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', CHUNKED),
    /not beside Content-Length/,
  ],
  'chunks beside a length': [
    put('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', CHUNKED),
    /not beside/,
  ],
  'compressed chunks': [put('Transfer-Encoding: gzip, chunked\r\n', CHUNKED), /can only be `chunked`/],
  'an encoding without chunks': [put('Transfer-Encoding: gzip\r\n', ''), /can only be `chunked`/],
  'an empty encoding': [put('Transfer-Encoding:\r\nContent-Length: 1\r\n', 'x'), /can only be `chunked`/],
  'chunks twice': [
    put('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', CHUNKED),
    /can only be `chunked`/,
  ],
  'chunks under HTTP/1.0': [put('Transfer-Encoding: chunked\r\n', CHUNKED, 'HTTP/1.0'), /needs HTTP\/1\.1/],
  'HTTP/2.0': [get('GET /things/a HTTP/2.0'), /must name HTTP\/1\.1/],
  'HTTP/0.9': [get('GET /things/a HTTP/0.9'), /must name HTTP\/1\.1/],
  'HTTP/1.2': [get('GET /things/a HTTP/1.2'), /must end with HTTP\/1\.1/],
  'the preface of HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /HTTP\/2 is not spoken here/],
  'no Host': [get('GET /things/a HTTP/1.1', LOGIN), /Host header is missing/],
  'a query whose escapes are not UTF-8': [
    get('GET /things/a?x=%ff HTTP/1.1', `${HOST}${LOGIN}`),
    /query has an escape .* write a percent sign as `%25`/,
  ],
  'a query with half an escape': [
    get('GET /things/a?x=100% HTTP/1.1', `${HOST}${LOGIN}`),
    /query has an escape .* write a percent sign as `%25`/,
  ],
  'a Host with a path': [
    get('GET /things/a HTTP/1.1', `Host: x/y\r\n${LOGIN}`),
    /Host header must be a name/,
  ],
  'a Host with a user': [
    get('GET /things/a HTTP/1.1', `Host: u@x\r\n${LOGIN}`),
    /Host header must be a name/,
  ],
  'a Host of two words': [
    get('GET /things/a HTTP/1.1', `Host: x y\r\n${LOGIN}`),
    /Host header must be a name/,
  ],
  'a folded header': [
    get('GET /things/a HTTP/1.1', `${HOST}${LOGIN}X-A: b\r\n c\r\n`),
    /header is malformed/,
  ],
  'a space before the colon': [get('GET /things/a HTTP/1.1', `Host : x\r\n${LOGIN}`), /before the colon/],
  'a space before the first header': [
    get('GET /things/a HTTP/1.1', ` ${HOST}${LOGIN}`),
    /header is malformed/,
  ],
  'a control character in a header': [
    get('GET /things/a HTTP/1.1', `${HOST}${LOGIN}A: \u0001\r\n`),
    /control characters/,
  ],
  'a header without a name': [get('GET /things/a HTTP/1.1', `${HOST}: x\r\n`), /header is malformed/],
  'lines that end with LF': ['GET /things/a HTTP/1.1\nHost: x\n\n', /HTTP\/1\.1|CR and LF/],
  'a header that ends with LF': [get('GET /things/a HTTP/1.1', `Host: x\n${LOGIN}`), /CR and LF/],
  'a header that holds CR': [get('GET /things/a HTTP/1.1', `Host: x\rA: b\r\n${LOGIN}`), /CR and LF/],
  'a method in small letters': [get('get /things/a HTTP/1.1'), /capital letters/],
  'a fragment': [get('GET /things/a#b HTTP/1.1'), /without a fragment/],
  'a fragment after a query': [get('GET /things?_size=1#b HTTP/1.1'), /without a fragment/],
  'a fragment in an absolute address': [get('GET http://x/things/a#b HTTP/1.1'), /without a fragment/],
  'an absolute address of another scheme': [get('GET ftp://x/things/a HTTP/1.1'), /must name a path/],
  'an absolute address with a user': [get('GET http://u:p@x/things/a HTTP/1.1'), /must name a path/],
  'an asterisk': [get('OPTIONS * HTTP/1.1'), /must name a path/],
  'an asterisk to read': [get('GET * HTTP/1.1'), /must name a path/],
  'a relative address': [get('GET things/a HTTP/1.1'), /must begin with `\/`/],
  'an address that is not ASCII': [get('GET /thíngs HTTP/1.1'), /percent-encoded/],
  'a space in the address': [get('GET /things/a b HTTP/1.1'), /one space/],
  'a malformed escape beside two Hosts': [
    get('GET /things/%zz HTTP/1.1', `${HOST}${LOGIN}Host: y\r\n`),
    /`host` was sent more than once/,
  ],
};

describe('requests that are not proper HTTP', () => {
  let layer: HttpLayerApp;
  beforeAll(async () => {
    layer = await startHttpLayer();
  });
  afterAll(() => layer.app.close());

  it.each(Object.entries(REFUSED))('are refused: %s', async (_what, [bytes, message]) => {
    const text = await rawRequest(layer.port, bytes);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toMatch(/x-request-id: [0-9a-f-]{36}\r\n/i);
    expect(text).toMatch(/connection: close\r\n/i);
    expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))).toEqual({
      message: expect.stringMatching(message),
      error_code: 'bad_parameters_error',
      server_traceback: null,
    });
  });

  it('end their connection: what follows is not served', async () => {
    const next = get('GET /things/next HTTP/1.1');
    for (const bytes of [put('Transfer-Encoding: gzip, chunked\r\n', CHUNKED), twice(LOGIN)]) {
      const text = await rawRequest(layer.port, bytes + next);
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
      expect(text).not.toContain('next');
    }
  });

  it.each([
    ['an absolute address', get('GET http://other.example:81/things/a HTTP/1.1')],
    ['an absolute address by TLS', get('GET https://other.example/things/a HTTP/1.1')],
    ['a Host with a port', get('GET /things/a HTTP/1.1', `Host: x:8080\r\n${LOGIN}`)],
    ['a Host that is an address', get('GET /things/a HTTP/1.1', `Host: [::1]:8080\r\n${LOGIN}`)],
    ['an empty Host', get('GET /things/a HTTP/1.1', `Host:\r\n${LOGIN}`)],
    ['no Host under HTTP/1.0', get('GET /things/a HTTP/1.0', LOGIN)],
    ['a repeated header that is a list', twice('Accept: application/json\r\n')],
  ])('are not confused with %s', async (_what, bytes) => {
    expect(await rawRequest(layer.port, bytes)).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('are not confused with chunks in any case', async () => {
    const body = 'd\r\n{"value":"x"}\r\n0\r\n\r\n';
    expect(await rawRequest(layer.port, put('Transfer-Encoding: Chunked\r\n', body))).toMatch(/ 200 /);
  });
});
