const LARGE = { STRONGROOM_MAX_VALUE_BYTES: String(16 * 1024 * 1024) };

/**
 * Lists the rows of the table: what A does on how many connections, while B reads.
 * - `beside`: the connections of A that do plain reads in the yardstick, by default as many as those of the attack;
 * - `work`: what B does, by default reads;
 * - `environment`: what the service is started with;
 * - `options`: what the attack is told.
 */
export const ROWS = [
  { name: 'held-rows', title: 'PATCH of rows that a session holds', attack: 'heldRows', connections: 12 },
  {
    ...{ name: 'import', title: 'import of 60,000 beside 12 writers', attack: 'importOverWriters' },
    ...{ connections: 13, options: { locked: false } },
  },
  {
    ...{ name: 'import-locks', title: 'the same while it holds their rows', attack: 'importOverWriters' },
    ...{ connections: 13, options: { locked: true } },
  },
  { name: 'search-rules', title: 'search with the costliest rules', attack: 'searchRules', connections: 12 },
  { name: 'search-short', title: 'search for short texts', attack: 'searchShort', connections: 12 },
  { name: 'all-results', title: 'lists with _get_all_results', attack: 'allResults', connections: 12 },
  {
    ...{ name: 'logins-one-address', title: 'wrong logins, one address', attack: 'wrongLogins' },
    ...{ connections: 64, options: { known: true, sources: 'one' } },
  },
  {
    ...{ name: 'logins-unknown', title: 'wrong logins, unknown names', attack: 'wrongLogins' },
    ...{ connections: 64, options: { known: false, sources: 'one' } },
  },
  {
    ...{ name: 'logins-many', title: 'wrong logins, 250 addresses', attack: 'wrongLogins' },
    ...{ connections: 64, options: { known: false, sources: 'many' } },
  },
  { name: 'tokens', title: 'wrong tokens', attack: 'wrongTokens', connections: 100 },
  {
    ...{ name: 'slow-anonymous', title: 'slow bodies, no credentials', attack: 'slowBodies' },
    ...{ connections: 300, options: { anonymous: true } },
  },
  {
    ...{ name: 'slow-uploads', title: 'slow bodies, with credentials', attack: 'slowBodies' },
    ...{ connections: 300, options: { anonymous: false } },
  },
  { name: 'pipelined-reads', title: '3,000 reads pipelined', attack: 'pipelinedReads', connections: 4 },
  { name: 'pipelined-lists', title: '3,000 lists pipelined', attack: 'pipelinedLists', connections: 4 },
  { name: 'schemas', title: 'schemas that never end', attack: 'hostileSchemas', connections: 10 },
  {
    ...{ name: 'schemas-writes', title: 'the same, B writes with a schema', attack: 'hostileSchemas' },
    ...{ connections: 10, work: 'checkedWrites' },
  },
  // The same number of reading connections would be compared with itself.
  {
    ...{ name: 'connections', title: '2,000 connections, beside 64', attack: 'plainReads' },
    ...{ connections: 2_000, beside: 64 },
  },
  { name: 'hot-key', title: 'PATCH of one key', attack: 'hotKey', connections: 100 },
  {
    ...{ name: 'large-values', title: 'values of 16 MiB', attack: 'largeValues' },
    ...{ connections: 8, environment: LARGE },
  },
  {
    ...{ name: 'large-anonymous', title: '90 MiB without credentials', attack: 'largeAnonymous' },
    ...{ connections: 8, environment: LARGE },
  },
];
