import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Drain } from '../../../../src/api/http/drain.js';
import type { HttpAdapterOptions } from '../../../../src/api/http/http-adapter.js';
import { CertificateWatch } from '../../../../src/api/http/server/certificate-watch.js';
import { createLogger } from '../../../../src/observability/logger.js';
import { startHttpLayer, type HttpLayerApp } from '../http-layer-app.js';
import { RawConnection } from '../raw-connection.js';
import { rawRequest } from '../raw-request.js';
import { PEM } from './certificates.js';
import { sendTls, tlsConnection } from './tls-connection.js';

const AUTHORIZED = 'Host: localhost\r\nAuthorization: Basic eDp5\r\n';
const GET = `GET /things/a HTTP/1.1\r\n${AUTHORIZED}\r\n`;
const PUT = `PUT /things/a HTTP/1.1\r\n${AUTHORIZED}Content-Type: application/json\r\n`;

describe('a service with TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-tls-'));
  const files = { certificateFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  let certificate: CertificateWatch;
  let layer: HttpLayerApp;

  const write = ({ cert, key }: { cert: string; key: string }): void => {
    writeFileSync(files.certificateFile, cert);
    writeFileSync(files.keyFile, key);
  };
  async function start(times: Partial<HttpAdapterOptions> = {}, level = 'debug'): Promise<void> {
    write(PEM.one);
    certificate = await CertificateWatch.open(files, createLogger('silent'));
    layer = await startHttpLayer(level, [], 1_000_000, { certificate, ...times });
  }
  afterAll(() => rmSync(folder, { recursive: true }));

  describe('that serves', () => {
    beforeAll(() => start());
    afterAll(() => layer.app.close());

    it('answers clients that trust the certificate', async () => {
      const verified = {
        rejectUnauthorized: true,
        ca: PEM.one.cert,
        headers: { authorization: 'Basic eDp5' },
      };
      const answer = await sendTls(layer.port, '/things/a', verified);
      expect([answer.status, answer.text]).toEqual([200, '{"key":"a","value":"x"}']);
    });

    it.each(['/things/a', '/nowhere', '/things/%zz'])(
      'tells browsers to use HTTPS from now on: %s',
      async (path) => {
        const { headers } = await sendTls(layer.port, path);
        expect(headers['strict-transport-security']).toBe('max-age=31536000');
      },
    );

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
      const connection = await tlsConnection(layer.port, { minVersion: version, maxVersion: version });
      expect(connection.socket.getProtocol()).toBe(version);
      expect(connection.socket.getEphemeralKeyInfo()).not.toEqual({});
      connection.destroy();
    });

    it.each([
      ['TLS 1.1', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
      [
        'a cipher without authentication of what it encrypts',
        { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA' },
      ],
    ] as const)('does not speak %s', async (_what, options) => {
      await expect(tlsConnection(layer.port, options)).rejects.toMatchObject({
        code: expect.stringMatching(/_ALERT_/),
      });
    });

    it.each([
      ['a request', 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'],
      [
        'a request with a large body',
        `PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n${'x'.repeat(200_000)}`,
      ],
    ])('answers %s in plain HTTP in plain HTTP', async (_what, bytes) => {
      const text = await rawRequest(layer.port, bytes);
      expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(text).toMatch(/^connection: close\r$/im);
      expect(text).not.toMatch(/strict-transport/i);
      expect(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))).toMatchObject({
        message: expect.stringContaining('begin the address with https://'),
        error_code: 'bad_parameters_error',
      });
      expect(layer.logs.at(-1)).toMatchObject({
        status: 400,
        source: '127.0.0.1',
        requestId: expect.any(String),
      });
    });

    it('drops what is neither, and logs it at debug only', async () => {
      const before = layer.logs.length;
      const connection = await RawConnection.to(layer.port);
      connection.send(Buffer.from('16030100050100000100ff', 'hex'));
      await connection.closed();
      const [line] = layer.logs.slice(before);
      expect(line).toMatchObject({
        level: 'debug',
        msg: 'TLS: a handshake failed',
        code: expect.any(String),
      });
    });

    it('refuses what is no HTTP inside of TLS, with the usual body', async () => {
      const connection = await tlsConnection(layer.port);
      connection.send('NONSENSE\r\n\r\n');
      expect(await connection.until(/\}$/)).toMatch(
        /^HTTP\/1\.1 400 .*Strict-Transport-Security: max-age=31536000/s,
      );
      await connection.closed();
    });

    it('keeps the order of many requests on one connection', async () => {
      const connection = await tlsConnection(layer.port);
      connection.send(Array.from({ length: 200 }, (_, index) => GET.replace('/a ', `/k${index} `)).join(''));
      const text = await connection.until(/k199"/);
      const keys = [...text.matchAll(/"key":"k(\d+)"/g)].map(([, index]) => Number(index));
      expect(keys).toEqual(Array.from({ length: 200 }, (_, index) => index));
      connection.destroy();
    });

    it('lets a client read the answer while it still sends a body that nobody wants', async () => {
      const connection = await tlsConnection(layer.port);
      connection.send(
        `PUT /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n${'x'.repeat(300_000)}`,
      );
      expect(await connection.until(/\}$/)).toMatch(/^HTTP\/1\.1 401 .*connection: close/is);
      await connection.closed();
    });

    it('logs each request with its address and the bytes of its body', async () => {
      await sendTls(layer.port, '/things/logged', { headers: { authorization: 'Basic eDp5' } });
      expect(layer.logs.at(-1)).toMatchObject({
        path: '/things/logged',
        source: '127.0.0.1',
        bytes: 28,
        status: 200,
      });
    });
  });

  describe('whose certificate is renewed', () => {
    beforeEach(() => start());
    afterEach(() => layer.app.close());

    it('serves new connections with the new one, and keeps those that are open', async () => {
      const open = await tlsConnection(layer.port);
      write(PEM.other);
      await certificate.check();
      const later = await tlsConnection(layer.port);
      const served = ({ socket }: typeof open) =>
        new X509Certificate(socket.getPeerCertificate().raw).serialNumber;
      expect([served(open), served(later)]).toEqual(
        [PEM.one, PEM.other].map(({ cert }) => new X509Certificate(cert).serialNumber),
      );
      for (const connection of [open, later]) {
        connection.send(GET);
        expect(await connection.until(/\r\n\r\n\{.*\}$/)).toMatch(/^HTTP\/1\.1 200 /);
        connection.destroy();
      }
    });

    it('still refuses old versions', async () => {
      write(PEM.other);
      await certificate.check();
      const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
      await expect(tlsConnection(layer.port, old)).rejects.toMatchObject({
        code: expect.stringMatching(/_ALERT_/),
      });
    });
  });

  describe('and its limits', () => {
    afterEach(() => layer.app.close());

    it('ends a handshake that does not arrive', async () => {
      await start({ headersMilliseconds: 1_000 });
      const connection = await RawConnection.to(layer.port);
      await connection.closed();
      expect(layer.logs.at(-1)).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_TIMEOUT' });
    });

    it('ends headers that do not arrive', async () => {
      await start({ headersMilliseconds: 1_000 });
      const connection = await tlsConnection(layer.port);
      connection.send(`GET /things/a HTTP/1.1\r\n${AUTHORIZED}`);
      expect(await connection.until(/\}$/)).toMatch(/^HTTP\/1\.1 408 /);
      await connection.closed();
    });

    it('ends a body that pauses', async () => {
      await start({ bodyStallMilliseconds: 1_000 });
      const connection = await tlsConnection(layer.port);
      connection.send(`${PUT}Content-Length: 100\r\n\r\n{"value": "x`);
      expect(await connection.until(/\}$/)).toMatch(/^HTTP\/1\.1 408 /);
      await connection.closed();
    });

    it('ends an idle connection', async () => {
      await start({ keepAliveMilliseconds: 1_000 });
      const connection = await tlsConnection(layer.port);
      connection.send(GET);
      expect(await connection.until(/\r\n\r\n\{/)).toMatch(/^HTTP\/1\.1 200 /);
      await connection.closed();
    });

    it('drains: finishes what is running, and waits neither for idle connections nor for handshakes', async () => {
      await start();
      const idle = await tlsConnection(layer.port);
      const accepted = once(layer.app.getHttpServer(), 'connection');
      const silent = connect(layer.port, '127.0.0.1').on('error', () => undefined);
      const gone = once(silent, 'close');
      await accepted;
      const arrived = once(layer.app.getHttpServer(), 'request');
      const slow = sendTls(layer.port, '/things/slow', { headers: { authorization: 'Basic eDp5' } });
      await arrived;
      const hour = 3_600_000;
      const stopped = layer.app
        .get(Drain)
        .stop(layer.app, { waitMilliseconds: 20, deadlineMilliseconds: hour, quietMilliseconds: 50 });
      const answer = await slow;
      expect([answer.status, answer.text, answer.headers.connection]).toEqual([
        200,
        '{"slow":true}',
        'close',
      ]);
      await Promise.all([stopped, idle.closed(), gone]);
    });
  });
});
