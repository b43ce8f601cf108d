import { describe, expect, it } from '@jest/globals';
import { sourceNetwork } from '../../../src/auth/source-network.js';

describe('the network that guesses are counted by', () => {
  it.each(['127.0.0.1', '192.0.2.1', '255.255.255.255', '0.0.0.0'])('is %s itself in IPv4', (address) => {
    expect(sourceNetwork(address)).toBe(address);
  });

  it('tells neighbours in IPv4 apart', () => {
    expect(sourceNetwork('192.0.2.1')).not.toBe(sourceNetwork('192.0.2.2'));
  });

  it.each([
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:FFFF:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
  ])('is that of the IPv4 address for %s', (address, network) => {
    expect(sourceNetwork(address)).toBe(network);
  });

  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:0003:0004:0005:0006', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::ff', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0::1', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0::/64'],
    ['2001::2:3:4:5:6:7', '2001:0:2:3::/64'],
    ['::', '0:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::2:3:4:5:6:7:8', '0:2:3:4::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80:0:0:7::1%en0', 'fe80:0:0:7::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ])('of %s is %s', (address, network) => {
    expect(sourceNetwork(address)).toBe(network);
  });

  it('is one for all addresses of a /64 and another for the next', () => {
    const within = Array.from({ length: 100 }, (_, index) =>
      sourceNetwork(`2001:db8:0:7::${index.toString(16)}`),
    );
    expect(new Set(within).size).toBe(1);
    expect(sourceNetwork('2001:db8:0:8::1')).not.toBe(within[0]);
  });

  it.each(['', 'localhost', '192.0.2', '192.0.2.1:80', '[::1]', 'gggg::1', '1:2:3', ' 192.0.2.1'])(
    'of %j, which is no address, is one that all such share',
    (address) => {
      expect(sourceNetwork(address)).toBe('unknown');
    },
  );

  it('is never the mark of the ceiling by name', () => {
    expect(sourceNetwork('*')).toBe('unknown');
  });
});
