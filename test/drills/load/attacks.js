import { allResults } from './attacks/all-results.js';
import { heldRows } from './attacks/held-rows.js';
import { hostileSchemas } from './attacks/hostile-schemas.js';
import { hotKey } from './attacks/hot-key.js';
import { importOverWriters } from './attacks/import-over-writers.js';
import { largeAnonymous } from './attacks/large-anonymous.js';
import { largeValues } from './attacks/large-values.js';
import { plainReads } from './attacks/plain-reads.js';
import { pipelinedLists, pipelinedReads } from './attacks/pipelining.js';
import { searchRules, searchShort } from './attacks/searches.js';
import { slowBodies } from './attacks/slow-bodies.js';
import { wrongLogins } from './attacks/wrong-logins.js';
import { wrongTokens } from './attacks/wrong-tokens.js';

/** Maps the names of attacks to functions that begin one. */
export const ATTACKS = {
  allResults,
  heldRows,
  hostileSchemas,
  hotKey,
  importOverWriters,
  largeAnonymous,
  largeValues,
  pipelinedLists,
  pipelinedReads,
  plainReads,
  searchRules,
  searchShort,
  slowBodies,
  wrongLogins,
  wrongTokens,
};
