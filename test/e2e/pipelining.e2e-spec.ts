import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pipelined, type PipelinedCall } from '../support/pipelined.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const ROUNDS = 20;

describe('requests that are sent on one connection without waiting for answers', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start();
  });
  afterAll(() => room.stop());

  const call = (method: string, body?: object): PipelinedCall => ({
    method,
    path: '/api/v3/secrets/pipelined',
    headers: {
      Authorization: `Basic ${Buffer.from(ADMIN.login!).toString('base64')}`,
      tenant: ADMIN.tenant!,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

  it('change and read one secret in their order', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const answers = await pipelined(room.service.url, [
        call('PUT', { value: `first ${round}` }),
        call('GET'),
        call('PATCH', { value: `second ${round}` }),
        call('GET'),
        call('DELETE'),
        call('GET'),
      ]);
      expect(answers.map(({ status, body }) => [status, body.value])).toEqual([
        [200, `first ${round}`],
        [200, `first ${round}`],
        [200, `second ${round}`],
        [200, `second ${round}`],
        [200, `second ${round}`],
        [404, undefined],
      ]);
    }
  });

  it('are answered in their order where the router refuses one', async () => {
    const broken = { ...call('GET'), path: '/api/v3/secrets/%zz' };
    const absent = { ...call('GET'), path: '/nothing/here' };
    const answers = await pipelined(room.service.url, [
      call('PUT', { value: 'x' }),
      broken,
      absent,
      call('DELETE'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 404, 200]);
    for (const { head } of answers) expect(head).not.toMatch(/^connection: close$/im);
  });
});
