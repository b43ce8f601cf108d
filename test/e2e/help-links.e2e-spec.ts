import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ERROR_CATALOGUE } from '../../src/api/errors/error-catalogue.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

describe('an error links to its description', () => {
  let room: Strongroom;
  let page: string;
  beforeAll(async () => {
    room = await Strongroom.start();
    page = (await room.send({ path: '/api/docs/errors' })).text;
  });
  afterAll(() => room.stop());

  /** Returns where a link leads, as a client resolves it that knows the service below a prefix. */
  function target(link: unknown, path: string): string {
    const [, reference = ''] = /^<([^>]+)>; rel="help"$/.exec(String(link)) ?? [];
    const { pathname, hash } = new URL(reference, `https://proxy.example/prefix${path}`);
    return pathname + hash;
  }

  it.each([
    ['GET', '/api/v3.1/secrets/absent', undefined, 'not_found_error'],
    ['PUT', '/api/v3/secrets/a', { value: 7 }, 'bad_parameters_error'],
    ['PATCH', '/api/v3.1/secrets/a/set-visibility?x=a/b', {}, 'bad_parameters_error'],
    ['GET', '/nowhere', undefined, 'unknown_address'],
    ['POST', '/api/v3/secrets/a', undefined, 'method_not_allowed'],
    ['GET', '/api/v3/secrets/%zz', undefined, 'bad_parameters_error'],
    ['GET', `/${'x/'.repeat(20)}y`, undefined, 'unknown_address'],
  ])('%s %.40s', async (method, path, sent, code) => {
    const { headers, body } = await room.call(ADMIN, method, path, sent);
    expect(body.error_code).toBe(code);
    expect(target(headers.link, path)).toBe(`/prefix/api/docs/errors#${code}`);
    expect(page).toContain(`<h2 id="${code}">`);
  });

  it('also where the path is as deep as a header allows, and where nothing could be read', async () => {
    const path = `/${'x/'.repeat(5_000)}`;
    const deep = await room.call(ADMIN, 'GET', path);
    expect(deep.headers.link).toBe('</api/docs/errors#unknown_address>; rel="help"');
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(room.service.url).port), '127.0.0.1');
      let text = '';
      socket.on('data', (bytes: Buffer) => (text += bytes.toString())).on('close', () => resolve(text));
      socket.end('no request\r\n\r\n');
    });
    expect(answer).toContain('\r\nLink: </api/docs/errors#bad_parameters_error>; rel="help"\r\n');
  });

  it('and no other answer does', async () => {
    const { status, headers } = await room.secret(ADMIN, 'PUT', 'a', 'x');
    expect([status, headers.link]).toEqual([200, undefined]);
  });

  it('on a page that needs no login and nothing from elsewhere, and describes every code', async () => {
    const { status, headers, text } = await room.send({ path: '/api/docs/errors' });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'/);
    expect(text).not.toMatch(/https?:|src=|href=|<script/);
    const sections = [...text.matchAll(/<h2 id="(\w+)">/g)].map(([, code]) => code);
    expect(sections).toEqual(ERROR_CATALOGUE.map(({ code }) => code));
    expect(text).not.toContain('`');
  });
});
