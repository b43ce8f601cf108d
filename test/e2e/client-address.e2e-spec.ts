import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Strongroom, type As } from '../support/strongroom.js';

const PATH = '/api/v3/secrets/addressed';

describe('the address of a caller behind proxies', () => {
  let room: Strongroom;
  let tenant: As & { login: string; tenant: string };
  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_TRUSTED_PROXIES: '127.0.0.1,198.51.100.0/24' });
    tenant = await room.tenant('addressed');
  });
  afterAll(() => room.stop());

  const recorded = async () =>
    (
      await room.database.asSuperuser<{ address: string | null }>(
        `SELECT body::json->'caller'->>'address' AS address FROM audit_events
         WHERE body::json->>'key' = 'addressed' ORDER BY at DESC, id DESC LIMIT 1`,
      )
    )[0]?.address;
  const sources = async () =>
    (
      await room.database.asSuperuser<{ source: string }>(
        `SELECT DISTINCT source FROM login_failures WHERE source <> '*' ORDER BY 1`,
      )
    ).map(({ source }) => source);

  it.each([
    ['203.0.113.9:51234', '203.0.113.9', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1', '2001:db8:0:0::/64'],
    ['203.0.113.9:51234, 198.51.100.7:80', '203.0.113.9', '203.0.113.9'],
    ['<img src=x onerror=alert(1)>', '127.0.0.1', '127.0.0.1'],
    ['unknown', '127.0.0.1', '127.0.0.1'],
    ['203.0.113.9, _hidden, 198.51.100.7:80', '198.51.100.7', '198.51.100.7'],
  ])('%s is recorded as %s and counted as %s', async (header, address, source) => {
    await room.call(tenant, 'GET', PATH, undefined, { 'X-Forwarded-For': header });
    expect(await recorded()).toBe(address);
    await room.database.asSuperuser('DELETE FROM login_failures');
    const wrong = { login: 'nobody:wrong', tenant: 'addressed' };
    expect((await room.call(wrong, 'GET', PATH, undefined, { 'X-Forwarded-For': header })).status).toBe(401);
    expect(await sources()).toEqual([source]);
  });

  it('keeps apart the clients of a proxy that reports ports', async () => {
    const wrong = { login: `${tenant.login}-wrong`, tenant: tenant.tenant };
    for (let guess = 0; guess < 5; guess += 1)
      await room.call(wrong, 'GET', PATH, undefined, { 'X-Forwarded-For': `203.0.113.50:${5000 + guess}` });
    const from = (header: string) => room.call(tenant, 'GET', PATH, undefined, { 'X-Forwarded-For': header });
    expect((await from('203.0.113.50:6000')).status).toBe(401);
    expect((await from('203.0.113.51:5000')).status).toBe(404);
  });
});
