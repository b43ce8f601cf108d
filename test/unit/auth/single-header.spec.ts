import { describe, expect, it } from '@jest/globals';
import { singleHeader } from '../../../src/auth/single-header.js';

const authorization = (...rawHeaders: string[]) => singleHeader({ rawHeaders }, 'authorization');

describe('a header that must not be given twice', () => {
  it.each(['authorization', 'Authorization', 'AUTHORIZATION', 'aUTHORIZATIOn'])('is found as %s', (name) => {
    expect(authorization('Host', 'h', name, 'Basic x', 'Accept', '*/*')).toBe('Basic x');
  });

  it('is nothing where it is missing', () => {
    expect(authorization()).toBeUndefined();
    expect(authorization('Host', 'h')).toBeUndefined();
  });

  it('is the empty text where it is empty', () => {
    expect(authorization('Authorization', '')).toBe('');
  });

  it.each([
    ['twice', ['Authorization', 'Basic x', 'Authorization', 'Basic y']],
    ['twice with one value', ['Authorization', 'Basic x', 'Authorization', 'Basic x']],
    ['in two cases', ['Authorization', 'Basic x', 'AUTHORIZATION', 'Basic y']],
    ['empty and then full', ['Authorization', '', 'Authorization', 'Basic x']],
    ['full and then empty', ['Authorization', 'Basic x', 'Authorization', '']],
    ['far apart', ['Authorization', 'Basic x', 'Host', 'h', 'authorization', 'Basic y']],
    ['three times', ['Authorization', 'x', 'Authorization', 'x', 'Authorization', 'x']],
  ])('is nothing where it comes %s', (_, rawHeaders) => {
    expect(authorization(...rawHeaders)).toBeUndefined();
  });

  it.each([
    'Proxy-Authorization',
    'Authorization ',
    'Authorizatio',
    'X-Authorization',
    'Authorization\u0130',
  ])('is not %j', (name) => {
    expect(authorization(name, 'Basic x')).toBeUndefined();
    expect(authorization(name, 'Basic x', 'Authorization', 'Basic y')).toBe('Basic y');
  });

  it('is no value that reads like its name', () => {
    expect(authorization('X-First', 'Authorization', 'X-Second', 'Authorization')).toBeUndefined();
  });

  it('is looked for by each name alone', () => {
    const rawHeaders = ['tenant', 'one', 'Authorization', 'Basic x', 'Tenant', 'two'];
    expect(singleHeader({ rawHeaders }, 'authorization')).toBe('Basic x');
    expect(singleHeader({ rawHeaders }, 'tenant')).toBeUndefined();
  });
});
