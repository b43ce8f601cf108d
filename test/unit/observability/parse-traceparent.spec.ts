import { describe, expect, it } from '@jest/globals';
import { parseTraceparent } from '../../../src/observability/parse-traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('parseTraceparent', () => {
  it.each([
    [`00-${TRACE}-${PARENT}-01`, true],
    [`00-${TRACE}-${PARENT}-00`, false],
    [`00-${TRACE}-${PARENT}-03`, true],
    [`00-${TRACE}-${PARENT}-fe`, false],
    [`01-${TRACE}-${PARENT}-01`, true],
    [`cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`, true],
  ])('reads %s', (header, isSampled) => {
    expect(parseTraceparent(header)).toEqual({ traceId: TRACE, parentId: PARENT, isSampled });
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['the version ff', `ff-${TRACE}-${PARENT}-01`],
    ['version 00 that goes on', `00-${TRACE}-${PARENT}-01-x`],
    ['a later version that goes on without a hyphen', `01-${TRACE}-${PARENT}-01x`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['a short trace id', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['a long trace id', `00-${TRACE}0-${PARENT}-01`],
    ['no flags', `00-${TRACE}-${PARENT}`],
    ['one digit of flags', `00-${TRACE}-${PARENT}-1`],
    ['what is no hexadecimal digit', `00-${TRACE.replace('4', 'g')}-${PARENT}-01`],
    ['a blank before it', ` 00-${TRACE}-${PARENT}-01`],
    ['a line end after it', `00-${TRACE}-${PARENT}-01\n`],
    ['two, as Node.js joins them', `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`],
    ['a list', [`00-${TRACE}-${PARENT}-01`, `00-${TRACE}-${PARENT}-01`]],
  ])('ignores %s', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});
