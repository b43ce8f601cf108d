import { describe, expect, it } from '@jest/globals';
import { RouteTable } from '../../../src/api/routes/route-table.js';

describe('RouteTable', () => {
  const table = new RouteTable();
  table.add('/a/:key', ['GET']);
  table.add('/a/:key', ['PUT', 'HEAD']);
  table.add('/a/b.c', ['POST']);
  table.add('/files/*', ['GET']);

  it.each([
    ['/a/x', ['GET', 'HEAD', 'PUT']],
    ['/a/b.c', ['GET', 'HEAD', 'POST', 'PUT']],
    ['/a/bxc', ['GET', 'HEAD', 'PUT']],
    ['/files/a/b', ['GET']],
    ['/a/', []],
    ['/a/x/', []],
    ['/a/x/y', []],
    ['/b/a/x', []],
    ['', []],
  ])('knows the methods of %s', (path, methods) => {
    expect(table.methodsFor(path)).toEqual(methods);
  });
});
