import { describe, expect, it } from '@jest/globals';
import { forwardedAddresses } from '../../../../src/api/http/proxies/forwarded-for.js';
import { send } from '../../../support/http-client.js';
import { startHttpLayer, type HttpLayerApp } from '../http-layer-app.js';

const SOMEBODY = { Authorization: 'Basic eDp5' };

describe('the addresses in X-Forwarded-For', () => {
  it.each([
    ['203.0.113.9', ['203.0.113.9']],
    ['203.0.113.9:51234', ['203.0.113.9']],
    [' 203.0.113.9 ,\t198.51.100.7:80,', ['203.0.113.9', '198.51.100.7']],
    ['2001:db8::1', ['2001:db8::1']],
    ['2001:db8::1:443', ['2001:db8::1:443']],
    ['[2001:db8::1]', ['2001:db8::1']],
    ['[2001:db8::1]:443', ['2001:db8::1']],
    ['"[2001:db8::1]:443"', ['2001:db8::1']],
    ['"203.0.113.9:51234"', ['203.0.113.9']],
    ['::ffff:203.0.113.9', ['::ffff:203.0.113.9']],
    ['[::ffff:203.0.113.9]:1', ['::ffff:203.0.113.9']],
    ['fe80::1%eth0', ['fe80::1']],
    ['[fe80::1%25eth0]:8080', ['fe80::1']],
  ])('of %j are %j', (header, addresses) => {
    expect(forwardedAddresses(header)).toEqual(addresses);
  });

  it.each([
    ...[
      'unknown',
      '_hidden',
      '_hidden:80',
      '-',
      'localhost',
      'client.example.com',
      '<script>alert(1)</script>',
    ],
    ...[
      '203.0.113',
      '203.0.113.256',
      '0x7f.1',
      '010.0.0.1',
      '3405803785',
      '203.0.113.9:',
      '203.0.113.9:port',
    ],
    ...[
      '203.0.113.9:123456',
      '203.0.113.9;x',
      '203.0.113.9 198.51.100.7',
      '[203.0.113.9]',
      '[2001:db8::1',
      '[::g]',
    ],
    ...[
      '2001:db8::1]:443',
      '::1::',
      '%eth0',
      'fe80::1%<b>',
      'for=203.0.113.9',
      '"',
      '[]',
      "1.1.1.1' OR '1'='1",
    ],
  ])('do not include %j, nor anything before it', (entry) => {
    expect(forwardedAddresses(entry)).toEqual([]);
    expect(forwardedAddresses(`192.0.2.1, ${entry}`)).toEqual([]);
    expect(forwardedAddresses(`192.0.2.1, ${entry}, 198.51.100.7:1`)).toEqual(['198.51.100.7']);
  });

  it.each([',', ' , ,', ''])('are none for %j', (header) => {
    expect(forwardedAddresses(header)).toEqual([]);
  });
});

async function withLayer(proxies: string[], work: (layer: HttpLayerApp) => Promise<void>): Promise<void> {
  const layer = await startHttpLayer('warn', proxies);
  try {
    await work(layer);
  } finally {
    await layer.app.close();
  }
}

async function addressFor(layer: HttpLayerApp, forwardedFor?: string): Promise<unknown> {
  const headers = { ...SOMEBODY, ...(forwardedFor !== undefined && { 'X-Forwarded-For': forwardedFor }) };
  return (await send(layer.url, { path: '/things/address', headers })).body.address;
}

describe('the address of a caller', () => {
  it.each([
    [[], '127.0.0.1'],
    [['192.0.2.0/24'], '127.0.0.1'],
    [['127.0.0.1'], '198.51.100.7'],
    [['127.0.0.0/8', '198.51.100.0/24'], '203.0.113.9'],
  ])('is taken from the header of %j only', async (proxies, address) => {
    await withLayer(proxies, async (layer) => {
      expect(await addressFor(layer, '203.0.113.9, 198.51.100.7')).toBe(address);
    });
  });

  it.each([
    ['203.0.113.9:51234', '203.0.113.9'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['192.0.2.1, 203.0.113.9:51234, 198.51.100.7:80', '203.0.113.9'],
    ['192.0.2.1, unknown, 198.51.100.7', '198.51.100.7'],
    ['192.0.2.1, <b>, 198.51.100.7:80', '198.51.100.7'],
    ['unknown', '127.0.0.1'],
    ['192.0.2.1, _hidden', '127.0.0.1'],
    ['', '127.0.0.1'],
    [',', '127.0.0.1'],
  ])('for %j is that of the last hop that trusted proxies name: %s', async (header, address) => {
    await withLayer(['127.0.0.0/8', '198.51.100.0/24'], async (layer) => {
      expect(await addressFor(layer, header)).toBe(address);
      expect(layer.logs).toEqual([]);
    });
  });
});

describe('a peer that sends X-Forwarded-For and is no trusted proxy', () => {
  it.each([[[]], [['192.0.2.0/24']]])('is warned about once, where %j are trusted', async (proxies) => {
    await withLayer(proxies, async (layer) => {
      await addressFor(layer);
      expect(layer.logs).toEqual([]);
      for (const header of ['203.0.113.9', 'unknown', '<b>canary</b>']) await addressFor(layer, header);
      expect(layer.logs).toMatchObject([
        { level: 'warn', peer: '127.0.0.1', msg: expect.stringContaining('STRONGROOM_TRUSTED_PROXIES') },
      ]);
      expect(JSON.stringify(layer.logs)).not.toContain('canary');
    });
  });
});
