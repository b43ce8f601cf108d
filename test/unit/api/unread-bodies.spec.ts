import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHttpLayer, type HttpLayerApp } from './http-layer-app.js';
import { RawConnection } from './raw-connection.js';

const MEGABYTE = 1_000_000;
const SOMEBODY = 'Authorization: Basic eDp5\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';
const ANSWER_END = /\r\n\r\n\{.*\}$/s;

/** Expects that an answer comes at all, although a body does not: none of these bodies ends. */
describe('a body that is not wanted', () => {
  let layer: HttpLayerApp;
  beforeAll(async () => {
    layer = await startHttpLayer('warn', [], MEGABYTE);
  });
  afterAll(() => layer.app.close());

  const request = (line: string, headers: string) => `${line} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`;
  const ask = async (text: string): Promise<RawConnection> => {
    const connection = await RawConnection.to(layer.port);
    connection.send(text);
    return connection;
  };
  const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

  it.each([
    ['PUT /things/a', JSON_TYPE, 401],
    ['PUT /things/a', `${SOMEBODY}Content-Type: text/plain\r\n`, 415],
    ['DELETE /things/a', SOMEBODY, 200],
    ['GET /things/a', SOMEBODY, 200],
    ['PUT /nowhere', SOMEBODY, 404],
    ['POST /things/a', SOMEBODY, 405],
    ['PUT /things/%zz', SOMEBODY, 400],
    [`PUT /things/${'x'.repeat(2_001)}`, SOMEBODY, 414],
  ])(
    'of %s is not waited for, and what is too long for it ends the connection',
    async (line, headers, status) => {
      for (const length of [`Content-Length: ${MEGABYTE}\r\n`, 'Transfer-Encoding: chunked\r\n']) {
        const connection = await ask(request(line, headers + length));
        const answer = await connection.until(ANSWER_END);
        expect([length, statusOf(answer)]).toEqual([length, status]);
        expect(answer).toMatch(/\r\nconnection: close\r\n/i);
        await connection.closed();
      }
    },
  );

  it('leaves the answer readable for a client that sends all of it first', async () => {
    for (let round = 0; round < 20; round += 1) {
      const connection = await RawConnection.to(layer.port);
      connection.socket.pause();
      connection.send(request('PUT /things/a', `Content-Length: ${MEGABYTE}\r\n`));
      for (let sent = 0; sent < MEGABYTE; sent += 50_000) connection.send(Buffer.alloc(50_000, 'x'));
      connection.socket.resume();
      expect(statusOf(await connection.until(ANSWER_END))).toBe(401);
      await connection.closed();
    }
  });

  it('keeps the connection where little is outstanding, and drops that', async () => {
    const connection = await ask(request('PUT /things/a', `${JSON_TYPE}Content-Length: 60000\r\n`));
    const answer = await connection.until(ANSWER_END);
    expect(statusOf(answer)).toBe(401);
    expect(answer).not.toMatch(/connection: close/i);
    connection.send('x'.repeat(60_000) + request('GET /things/b', SOMEBODY));
    expect(await connection.until(ANSWER_END)).toMatch(/^HTTP\/1\.1 200 .*"key":"b"/s);
    const put = request('PUT /things/c', `${SOMEBODY}${JSON_TYPE}Content-Length: 13\r\n`);
    connection.send(`${put}{"value":"x"}`);
    expect(await connection.until(ANSWER_END)).toMatch(/^HTTP\/1\.1 200 .*"key":"c"/s);
    connection.send(`${request('DELETE /things/d', `${SOMEBODY}Content-Length: 5\r\n`)}12345`);
    expect(await connection.until(ANSWER_END)).toMatch(/^HTTP\/1\.1 200 .*"key":"d"/s);
    connection.destroy();
  });

  it('is not asked for', async () => {
    const expecting = `Expect: 100-continue\r\n${JSON_TYPE}Content-Length: 13\r\n`;
    const refused = await ask(request('PUT /things/a', expecting));
    expect(await refused.until(ANSWER_END)).toMatch(/^HTTP\/1\.1 401 .*connection: close/is);
    await refused.closed();
    const wanted = await ask(request('PUT /things/a', SOMEBODY + expecting));
    expect(await wanted.until(/\r\n\r\n/)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    wanted.send('{"value":"x"}');
    expect(await wanted.until(ANSWER_END)).toMatch(/^HTTP\/1\.1 200 /);
    wanted.destroy();
  });

  it('of another expectation is read as any other', async () => {
    const headers = `${SOMEBODY}${JSON_TYPE}Expect: a-miracle\r\nContent-Length: 13\r\n`;
    const connection = await ask(`${request('PUT /things/a', headers)}{"value":"x"}`);
    expect(await connection.until(ANSWER_END)).toMatch(/^HTTP\/1\.1 200 /);
    connection.destroy();
  });

  it('that comes in parts is read as a whole', async () => {
    const length = 400_000;
    const connection = await ask(
      request('PUT /things/a', `${SOMEBODY}${JSON_TYPE}Content-Length: ${length + 12}\r\n`),
    );
    connection.send('{"value":"');
    for (let sent = 0; sent < length; sent += 100_000) connection.send('é'.repeat(50_000));
    connection.send('"}');
    const answer = await connection.until(ANSWER_END);
    expect([statusOf(answer), answer.length]).toEqual([200, expect.any(Number)]);
    expect(answer.length).toBeGreaterThan(length);
    connection.destroy();
  });
});
