import { describe, expect, it } from '@jest/globals';
import { permissionSet } from '../../../src/auth/permission-set.js';

describe('permissionSet', () => {
  it('takes a list apart', () => {
    expect([...permissionSet('secret_get,secret_list')]).toEqual(['secret_get', 'secret_list']);
    expect(permissionSet('').size).toBe(0);
  });

  it('gives equal lists the same set, and other lists their own, however many there were', () => {
    expect(permissionSet('a,b')).toBe(permissionSet('a,b'));
    for (let number = 0; number < 250; number += 1)
      expect([...permissionSet(`p${number}`)]).toEqual([`p${number}`]);
    expect([...permissionSet('a,b')]).toEqual(['a', 'b']);
  });
});
