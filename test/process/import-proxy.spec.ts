import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';
import { external } from './external.js';
import { strongroomAdmin } from './program.js';

const LOGIN = `Basic ${Buffer.from('somebody:proxy-canary').toString('base64')}`;

describe('strongroom-admin import-cloudify behind a proxy', () => {
  let source: Strongroom;
  let database: TestDatabase;
  const asked: { readonly target: string; readonly login: string | undefined }[] = [];
  /** Tunnels what its clients CONNECT to, for those who log in. */
  const proxy = createServer().on('connect', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const { url: target = '', headers } = request;
    asked.push({ target, login: headers['proxy-authorization'] });
    client.on('error', () => undefined);
    if (headers['proxy-authorization'] !== LOGIN) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${target}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  const proxyUrl = (login: string) => `http://${login}127.0.0.1:${(proxy.address() as AddressInfo).port}`;

  beforeAll(async () => {
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    source = await Strongroom.start();
    database = await cloneDatabase();
    await strongroomAdmin(['migrate'], external(database));
  });
  afterAll(async () => {
    await source.stop();
    await database.drop();
    proxy.closeAllConnections();
    proxy.close();
  });
  beforeEach(() => void asked.splice(0));

  const run = (variables: NodeJS.ProcessEnv) =>
    strongroomAdmin(
      ['import-cloudify', source.service.url, '--dry-run'],
      { ...external(database), ...variables },
      `${ADMIN_PASSWORD}\n`,
    );

  it('reads the manager through it, with its login', async () => {
    const { code, stdout, stderr } = await run({ HTTP_PROXY: proxyUrl('somebody:proxy-canary@') });
    expect([code, stderr]).toEqual([0, expect.stringContaining('reading secrets')]);
    expect(stdout).toContain('tenants: 0 would be moved, 1 already there');
    expect(new Set(asked.map(({ target }) => target))).toEqual(new Set([new URL(source.service.url).host]));
    expect(new Set(asked.map(({ login }) => login))).toEqual(new Set([LOGIN]));
  });

  it('goes around it for the hosts of NO_PROXY', async () => {
    const { code } = await run({ HTTP_PROXY: proxyUrl(''), NO_PROXY: '127.0.0.1' });
    expect([code, asked]).toEqual([0, []]);
  });

  it.each([
    ['refuses the login', () => proxyUrl('somebody:wrong-canary@'), /cannot be read: .*407.*HTTPS_PROXY/],
    ['is not there', () => 'http://somebody:wrong-canary@127.0.0.1:1', /cannot be read: ECONNREFUSED/],
    ['is no URL', () => 'wrong-canary', /^HTTPS_PROXY or HTTP_PROXY is not a URL/],
  ])('says so in one line where the proxy %s, without its password', async (_what, url, message) => {
    const { code, stderr } = await run({ HTTP_PROXY: url() });
    expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([1, expect.stringMatching(message)]);
    expect(stderr).not.toContain('canary');
  });
});
