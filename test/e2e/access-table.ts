/**
 * Defines the expected access to secrets by role, visibility and hidden values, reviewed by hand. A column is the
 * secret's visibility, with `+` if its value is hidden. The secret belongs to tenant `one`; its creator is `creator`,
 * or `demoted`, who has since become a viewer.
 */
export const COLUMNS = ['private', 'private+', 'tenant', 'tenant+', 'global', 'global+'] as const;
export type Column = (typeof COLUMNS)[number];
export type TenantName = 'one' | 'two';

/** Lists all callers by the tenant of the request. The role of `by-group` callers comes from a user group alone. */
export const CALLERS: Readonly<Record<TenantName, string>> = {
  one:
    'admin sys_admin-by-group manager manager-by-group creator demoted user user-by-group viewer-and-user-by-group ' +
    'operations operations-by-group viewer viewer-by-group outsider',
  two: 'admin sys_admin-by-group creator manager2 user2 operations2 viewer2 outsider',
};

/** Holds callers, the tenant of the request, and a cell for each column. */
export type Row = readonly [callers: string, tenant: TenantName, cells: string];

const ALL_REFUSED = '403  403  403  403  403  403';
const OUTSIDERS: readonly Row[] = [
  ['outsider', 'one', ALL_REFUSED],
  ['outsider', 'two', ALL_REFUSED],
];
const READERS_ONLY: readonly Row[] = [
  ['demoted operations operations-by-group viewer viewer-by-group', 'one', ALL_REFUSED],
  ['operations2 viewer2', 'two', ALL_REFUSED],
];

/** Names the callers who see everything in tenant `one`, and those who see what is shared. */
const SEE_ALL = 'admin sys_admin-by-group manager manager-by-group creator demoted';
const SEE_SHARED =
  'user user-by-group viewer-and-user-by-group operations operations-by-group viewer viewer-by-group';

/** Names those among them who may write. */
const MAKE_GLOBAL = 'admin sys_admin-by-group';
const WRITE_ALL = 'admin sys_admin-by-group manager manager-by-group creator';
const WRITE_SHARED = 'user user-by-group viewer-and-user-by-group';
const WRITE_IN_TWO = 'admin sys_admin-by-group creator manager2 user2';

/** Names those in tenant `one` who may destroy what was deleted. */
const PURGE_ALL = 'admin sys_admin-by-group manager manager-by-group';

/**
 * Maps each verb to its rows. `V` is the value, `M` an empty value, `y` and `n` tell whether a list contains the
 * secret; anything else is the status. A refusal changes nothing.
 */
export const TABLE = {
  /** Reads under version 3.1. */
  GET: [
    [SEE_ALL, 'one', '              V    V    V    V    V    V'],
    [SEE_SHARED, 'one', '           404  404  V    M    V    M'],
    ['admin sys_admin-by-group creator', 'two', '404  404  404  404  V    V'],
    ['manager2 user2 operations2 viewer2', 'two', '404  404  404  404  V    M'],
    ...OUTSIDERS,
  ],
  /** Reads under version 3. */
  GET3: [
    [SEE_ALL, 'one', '              V    V    V    V    V    V'],
    [SEE_SHARED, 'one', '           404  404  V    M    V    M'],
    ['admin sys_admin-by-group creator', 'two', '404  404  404  404  V    V'],
    ['manager2 user2 operations2 viewer2', 'two', '404  404  404  404  V    M'],
    ...OUTSIDERS,
  ],
  /** Reads with `_skip_value`. */
  SKIP: [
    [SEE_ALL, 'one', '              M    M    M    M    M    M'],
    [SEE_SHARED, 'one', '           404  404  M    M    M    M'],
    ['admin sys_admin-by-group creator', 'two', '404  404  404  404  M    M'],
    ['manager2 user2 operations2 viewer2', 'two', '404  404  404  404  M    M'],
    ...OUTSIDERS,
  ],
  /** Reads of all columns at once, in bulk: by their keys, and by what the keys begin with. */
  BULK: [
    [SEE_ALL, 'one', '              V    V    V    V    V    V'],
    [SEE_SHARED, 'one', '           404  404  V    M    V    M'],
    ['admin sys_admin-by-group creator', 'two', '404  404  404  404  V    V'],
    ['manager2 user2 operations2 viewer2', 'two', '404  404  404  404  V    M'],
    ...OUTSIDERS,
  ],
  HEAD: [
    [SEE_ALL, 'one', '              200  200  200  200  200  200'],
    [SEE_SHARED, 'one', '           404  404  200  200  200  200'],
    ['admin sys_admin-by-group creator', 'two', '404  404  404  404  200  200'],
    ['manager2 user2 operations2 viewer2', 'two', '404  404  404  404  200  200'],
    ...OUTSIDERS,
  ],
  /** Lists, searches and their totals, under both versions. */
  LIST: [
    [SEE_ALL, 'one', '              y    y    y    y    y    y'],
    [SEE_SHARED, 'one', '           n    n    y    y    y    y'],
    ['admin sys_admin-by-group creator', 'two', 'n    n    n    n    y    y'],
    ['manager2 user2 operations2 viewer2', 'two', 'n    n    n    n    y    y'],
    ...OUTSIDERS,
  ],
  /** Exports the tenant's own secrets with the values that the caller may see. */
  EXPORT: [
    [WRITE_ALL, 'one', '                            y    y    y    y    y    y'],
    [WRITE_SHARED, 'one', '                         n    n    y    n    y    n'],
    [WRITE_IN_TWO, 'two', '                         n    n    n    n    n    n'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Creates the key again. The conflict is reported even if the secret is private to another user. */
  PUT: [
    [`${WRITE_ALL} ${WRITE_SHARED}`, 'one', '409  409  409  409  409  409'],
    [WRITE_IN_TWO, 'two', '                         200  200  200  200  409  409'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Creates the key again with `update_if_exists`. */
  UPSERT: [
    [WRITE_ALL, 'one', '                            200  200  200  200  200  200'],
    [WRITE_SHARED, 'one', '                         409  409  200  403  200  403'],
    [WRITE_IN_TWO, 'two', '                         200  200  200  200  400  400'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Changes the value. */
  PATCH: [
    [WRITE_ALL, 'one', '                            200  200  200  200  200  200'],
    [WRITE_SHARED, 'one', '                         404  404  200  403  200  403'],
    [WRITE_IN_TWO, 'two', '                         404  404  404  404  400  400'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Changes `is_hidden_value`. */
  HIDE: [
    [WRITE_ALL, 'one', '                            200  200  200  200  200  200'],
    [WRITE_SHARED, 'one', '                         404  404  403  403  403  403'],
    [WRITE_IN_TWO, 'two', '                         404  404  404  404  400  400'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Sets the visibility to `tenant`; a wider one stays. */
  SHARE: [
    [WRITE_ALL, 'one', '                            200  200  200  200  400  400'],
    [WRITE_SHARED, 'one', '                         404  404  200  403  400  403'],
    [WRITE_IN_TWO, 'two', '                         404  404  404  404  400  400'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Sets the visibility to `global`. */
  PUBLISH: [
    ['admin sys_admin-by-group', 'one', '           200  200  200  200  200  200'],
    ['manager manager-by-group creator', 'one', '   403  403  403  403  200  200'],
    [WRITE_SHARED, 'one', '                         404  404  403  403  200  403'],
    [WRITE_IN_TWO, 'two', '                         404  404  404  404  400  400'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Moves the secret to another key. */
  MOVE: [
    [MAKE_GLOBAL, 'one', '                          200  200  200  200  200  200'],
    ['manager manager-by-group creator', 'one', '   200  200  200  200  403  403'],
    [WRITE_SHARED, 'one', '                         404  404  200  403  403  403'],
    [WRITE_IN_TWO, 'two', '                         404  404  404  404  400  400'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Copies the secret to another key of the tenant of the request. */
  COPY: [
    [WRITE_ALL, 'one', '                            201  201  201  201  201  201'],
    [WRITE_SHARED, 'one', '                         404  404  201  403  201  403'],
    ['admin sys_admin-by-group creator', 'two', '   404  404  404  404  201  201'],
    ['manager2 user2', 'two', '                     404  404  404  404  201  403'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Reads the first version, which is the current one; those of global secrets are for their own tenant. */
  VERSION: [
    [SEE_ALL, 'one', '              V    V    V    V    V    V'],
    [SEE_SHARED, 'one', '           404  404  V    M    V    M'],
    ['admin sys_admin-by-group creator', 'two', '404  404  404  404  403  403'],
    ['manager2 user2 operations2 viewer2', 'two', '404  404  404  404  403  403'],
    ...OUTSIDERS,
  ],
  /** Restores the first version, which is the current one. */
  RESTORE_VERSION: [
    [WRITE_ALL, 'one', '                            200  200  200  200  200  200'],
    [WRITE_SHARED, 'one', '                         404  404  200  403  200  403'],
    [WRITE_IN_TWO, 'two', '                         404  404  404  404  400  400'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Destroys the first version, which as the current one cannot be destroyed. */
  DESTROY_VERSION: [
    ['admin sys_admin-by-group manager manager-by-group', 'one', '409  409  409  409  409  409'],
    [`creator ${WRITE_SHARED}`, 'one', ALL_REFUSED],
    ['admin sys_admin-by-group manager2', 'two', '404  404  404  404  400  400'],
    ['creator user2', 'two', ALL_REFUSED],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  DELETE: [
    [WRITE_ALL, 'one', '                            204  204  204  204  204  204'],
    [WRITE_SHARED, 'one', '                         404  404  204  403  204  403'],
    [WRITE_IN_TWO, 'two', '                         404  404  404  404  400  400'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Lists the trash, in which the secret is. */
  TRASH: [
    [SEE_ALL, 'one', '              y    y    y    y    y    y'],
    [SEE_SHARED, 'one', '           n    n    y    y    y    y'],
    ['admin sys_admin-by-group creator manager2 user2 operations2 viewer2', 'two', 'n n n n n n'],
    ...OUTSIDERS,
  ],
  /** Restores the secret from the trash. */
  RESTORE: [
    [WRITE_ALL, 'one', '                            200  200  200  200  200  200'],
    [WRITE_SHARED, 'one', '                         404  404  200  403  200  403'],
    [WRITE_IN_TWO, 'two', '                         404  404  404  404  404  404'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
  /** Purges the secret from the trash. */
  PURGE: [
    [PURGE_ALL, 'one', '                            204  204  204  204  204  204'],
    [`creator ${WRITE_SHARED}`, 'one', '            403  403  403  403  403  403'],
    ['admin sys_admin-by-group manager2', 'two', '  404  404  404  404  404  404'],
    ['creator user2', 'two', '                      403  403  403  403  403  403'],
    ...READERS_ONLY,
    ...OUTSIDERS,
  ],
} as const satisfies Readonly<Record<string, readonly Row[]>>;
export type Verb = keyof typeof TABLE;

/** Lists the verbs about secrets that were deleted. */
export const TRASH_VERBS = ['TRASH', 'RESTORE', 'PURGE'] as const;
export type TrashVerb = (typeof TRASH_VERBS)[number];

/** Returns a row for each caller of the table, with its cells. */
export function accessRows(): (readonly [verb: Verb, caller: string, tenant: TenantName, cells: string[]])[] {
  return Object.entries(TABLE).flatMap(([verb, rows]) =>
    (rows as readonly Row[]).flatMap(([names, tenant, cells]) =>
      names.split(' ').map((caller) => [verb as Verb, caller, tenant, cells.trim().split(/ +/)] as const),
    ),
  );
}
