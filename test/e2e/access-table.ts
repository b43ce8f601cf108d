/**
 * Who gets what of whose secret: the rules of visibility and hidden values, written out and reviewed by hand. Columns
 * are the secret's visibility, `+` where its value is hidden. The secret belongs to tenant `one`, made there by a user.
 *
 * GET: `V` the value, `M` an empty one, else the status. The others: the status.
 */
export const COLUMNS = ['private', 'private+', 'tenant', 'tenant+', 'global', 'global+'] as const;
export type Column = (typeof COLUMNS)[number];

/** Caller, the tenant of the request, then a cell for each column. */
type Row = readonly [caller: string, tenant: 'one' | 'two', cells: string];

export const TABLE: Readonly<Record<'GET' | 'PATCH' | 'DELETE', readonly Row[]>> = {
  GET: [
    ['admin', 'one', '  V    V    V    V    V    V  '],
    ['manager', 'one', '  V    V    V    V    V    V  '],
    ['creator', 'one', '  V    V    V    V    V    V  '],
    ['user', 'one', '  404  404  V    M    V    M  '],
    ['operations', 'one', '  404  404  V    M    V    M  '],
    ['viewer', 'one', '  404  404  V    M    V    M  '],
    ['outsider', 'one', '  403  403  403  403  403  403'],
    ['admin', 'two', '  404  404  404  404  V    V  '],
    ['creator', 'two', '  404  404  404  404  V    V  '],
    ['manager2', 'two', '  404  404  404  404  V    M  '],
    ['user2', 'two', '  404  404  404  404  V    M  '],
    ['viewer2', 'two', '  404  404  404  404  V    M  '],
    ['outsider', 'two', '  403  403  403  403  403  403'],
  ],
  PATCH: [
    ['admin', 'one', '  200  200  200  200  200  200'],
    ['manager', 'one', '  200  200  200  200  200  200'],
    ['creator', 'one', '  200  200  200  200  200  200'],
    ['user', 'one', '  404  404  200  403  200  403'],
    ['operations', 'one', '  403  403  403  403  403  403'],
    ['viewer', 'one', '  403  403  403  403  403  403'],
    ['outsider', 'one', '  403  403  403  403  403  403'],
    ['admin', 'two', '  404  404  404  404  400  400'],
    ['creator', 'two', '  404  404  404  404  400  400'],
    ['manager2', 'two', '  404  404  404  404  400  400'],
    ['user2', 'two', '  404  404  404  404  400  400'],
    ['viewer2', 'two', '  403  403  403  403  403  403'],
    ['outsider', 'two', '  403  403  403  403  403  403'],
  ],
  DELETE: [
    ['admin', 'one', '  204  204  204  204  204  204'],
    ['manager', 'one', '  204  204  204  204  204  204'],
    ['creator', 'one', '  204  204  204  204  204  204'],
    ['user', 'one', '  404  404  204  403  204  403'],
    ['operations', 'one', '  403  403  403  403  403  403'],
    ['viewer', 'one', '  403  403  403  403  403  403'],
    ['outsider', 'one', '  403  403  403  403  403  403'],
    ['admin', 'two', '  404  404  404  404  400  400'],
    ['creator', 'two', '  404  404  404  404  400  400'],
    ['manager2', 'two', '  404  404  404  404  400  400'],
    ['user2', 'two', '  404  404  404  404  400  400'],
    ['viewer2', 'two', '  403  403  403  403  403  403'],
    ['outsider', 'two', '  403  403  403  403  403  403'],
  ],
};
