import { randomInt } from 'node:crypto';
import { oneOf } from './chance.js';
import type { Child } from './child.js';
import type { Call } from './load.js';
import { isLarge, keyOf, LARGE_BYTES, SMALL_BYTES, type Caller } from './seed.js';
import type { Stage } from './stage.js';

const CALLS = 2_000;
const LIST = 1_000;

/** Lists the names of all series in the order of measurement. */
export const NAMES = [
  ...['bare', 'select', 'insert', 'get_basic', 'get_basic_4k', 'get_token', 'put', 'patch', 'put_4k'],
  ...['bare_list', 'list', 'mix'],
];

/** Describes a repeated call and the yardstick that its rate is compared with. */
export interface Series {
  readonly name: string;
  readonly title: string;
  readonly at: 'strongroom' | 'yardstick';
  readonly calls: readonly Call[];
  /** The name of the yardstick's series. */
  readonly against?: string;
  /** The target ratio. */
  readonly target?: number | undefined;
  /** True if each call writes; the growth of the write-ahead log is then reported. */
  readonly writes?: boolean;
}

export function serversOf({ at }: Series, stage: Stage, processes: number): readonly Child[] {
  return at === 'yardstick' ? [stage.yardstick] : stage.strongrooms.slice(0, processes);
}

export function seriesOf({ callers, secretsOfTenant }: Stage): readonly Series[] {
  const value = (bytes: number): string => JSON.stringify({ value: 'v'.repeat(bytes) });
  const json = { 'content-type': 'application/json' };
  const some = (make: (caller: Caller, index: number) => Call): Call[] =>
    Array.from({ length: CALLS }, () => make(oneOf(callers), randomInt(secretsOfTenant)));
  const get = (by: 'basic' | 'token', large: boolean, prefix = '/api/v3'): Call[] =>
    some((caller, index) => {
      const step = large === isLarge(index) ? 0 : large ? 9 - (index % 10) : -(index % 10);
      return { method: 'GET', path: `${prefix}/secrets/${keyOf(index + step)}`, headers: caller[by] };
    });
  const put = some(({ basic }) => {
    const path = '/api/v3/secrets/new.{new}';
    return { method: 'PUT', path, headers: { ...basic, ...json }, body: value(SMALL_BYTES) };
  });
  const patch = some(({ basic }, index) => ({
    ...{ method: 'PATCH', path: `/api/v3/secrets/${keyOf(index)}`, headers: { ...basic, ...json } },
    body: value(SMALL_BYTES - (index % 7)),
  }));
  const getBasic = get('basic', false);
  return [
    { name: 'bare', title: '(a) bare Fastify, no database', at: 'yardstick', calls: bare('/ready') },
    { name: 'select', title: '(b) yardstick: one SELECT', at: 'yardstick', calls: get('basic', false, '') },
    {
      ...{ name: 'insert', title: "(b') yardstick: one INSERT", at: 'yardstick', writes: true },
      calls: put.map((call) => ({ ...call, path: '/secrets/new.{new}' })),
    },
    against('get_basic', '(c) GET by Basic, 100 B', getBasic, 'select', 1),
    against('get_basic_4k', '(c) GET by Basic, 4 KiB', get('basic', true), 'select'),
    against('get_token', '(d) GET by token, 100 B', get('token', false), 'select', 1),
    { ...against('put', '(e) PUT of new secrets', put, 'insert', 0.7), writes: true },
    { ...against('patch', '(e) PATCH', patch, 'insert'), writes: true },
    {
      ...against('put_4k', `(e) PUT of ${LARGE_BYTES} B`, put, 'insert'),
      ...{ writes: true, calls: put.map((call) => ({ ...call, body: value(LARGE_BYTES) })) },
    },
    {
      ...{ name: 'bare_list', title: `(f') bare route with ${LIST} rows`, at: 'yardstick' },
      calls: some(({ basic }) => ({ method: 'GET', path: '/secrets', headers: basic })),
    },
    against(
      'list',
      `(f) list of ${LIST}`,
      some(({ basic }) => ({ method: 'GET', path: `/api/v3/secrets?_size=${LIST}`, headers: basic })),
      'bare_list',
      0.6,
    ),
    against('mix', '(g) nine GET, one PUT', mixed(getBasic, put), 'select'),
  ];
}

/** Lists the series that `--quick` measures. */
export const QUICK = ['select', 'insert', 'get_basic', 'get_token', 'put'];

function against(
  name: string,
  title: string,
  calls: readonly Call[],
  yardstick: string,
  target?: number,
): Series {
  return {
    name,
    title,
    at: 'strongroom',
    calls,
    against: yardstick,
    ...(target !== undefined && { target }),
  };
}

function bare(path: string): Call[] {
  return [{ method: 'GET', path, headers: {} }];
}

function mixed(reads: readonly Call[], writes: readonly Call[]): Call[] {
  return reads.map((read, index) => (index % 10 === 0 ? (writes[index] ?? read) : read));
}
