import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { destination } from 'pino';
import { QueryFailedError } from 'typeorm';
import { loadConfiguration } from '../../../src/config/load-configuration.js';
import { createLogger, type Logger } from '../../../src/observability/logger.js';

const CANARY = 'canary-77b2';

/** Returns what is logged during the work, as one object per line. */
function written(work: (logger: Logger) => void, level = 'trace'): Record<string, unknown>[] {
  const lines: string[] = [];
  work(createLogger(level, { write: (line: string) => void lines.push(line) }));
  return lines.map((line) => {
    expect(line).toMatch(/^[^\n]+\n$/);
    expect(line).not.toContain(CANARY);
    return JSON.parse(line) as Record<string, unknown>;
  });
}

describe('Logger', () => {
  it('tells of every alarm, also of those that the level leaves out', () => {
    const alarms: string[] = [];
    const lines = written((logger) => {
      logger.watchAlarms((alarm) => alarms.push(alarm));
      logger.error({ alarm: 'decryption' }, 'a stored value did not open');
      logger.error({ status: 500 }, 'no alarm');
      logger.error('alarm');
    }, 'silent');
    expect([alarms, lines]).toEqual([['decryption'], []]);
  });

  it('writes one JSON line an entry: level, time, fields, message', () => {
    const before = Date.now();
    const [line = {}] = written((logger) => logger.info({ status: 200 }, 'request'));
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      status: 200,
      msg: 'request',
    });
    expect(Date.parse(String(line.time))).toBeGreaterThanOrEqual(before);
  });

  it('writes what reaches its level', () => {
    const act = (logger: Logger): void => {
      for (const level of ['verbose', 'debug', 'log', 'info', 'warn', 'error', 'fatal'] as const)
        logger[level](level);
    };
    const levels = (level: string): unknown[] => written(act, level).map((line) => line.level);
    expect(levels('trace')).toEqual(['trace', 'debug', 'debug', 'info', 'warn', 'error', 'fatal']);
    expect(levels('warn')).toEqual(['warn', 'error', 'fatal']);
    expect(levels('silent')).toEqual([]);
    expect(createLogger('info', { write: () => undefined }).writes('debug')).toBe(false);
    expect(createLogger('info', { write: () => undefined }).writes('info')).toBe(true);
  });

  it("takes Nest's calls: a message with a context, an error, a message with a stack", () => {
    const stack = `Error: ${CANARY}\n    at somewhere:1:1`;
    const lines = written((logger) => {
      logger.log('Mapped {/health, GET} route', 'RouterExplorer');
      logger.error(new Error('broken'));
      logger.error('broken', stack, 'ExceptionHandler');
    });
    expect(lines).toMatchObject([
      { msg: 'Mapped {/health, GET} route', context: 'RouterExplorer' },
      { err: { type: 'Error', message: 'broken' } },
      { msg: 'broken', context: 'ExceptionHandler' },
    ]);
  });

  it('masks headers, credentials and values at any depth, in any case', () => {
    const headers = {
      Authorization: CANARY,
      'Authentication-Token': CANARY,
      'set-cookie': [CANARY],
      tenant: 'a',
    };
    const [line] = written((logger) =>
      logger.warn(
        { authorization: CANARY, request: { headers }, items: [{ key: 'k', value: CANARY }] },
        'masked',
      ),
    );
    expect(line).toMatchObject({
      authorization: '[sealed]',
      request: { headers: { 'Authentication-Token': '[sealed]', tenant: 'a' } },
      items: [{ key: 'k', value: '[sealed]' }],
    });
  });

  it('lets nothing of an error through that may hold a value, under whatever name', () => {
    const detail = `Key (key)=(${CANARY}) already exists.`;
    const driver = Object.assign(new Error(CANARY), { severity: 'ERROR', code: '23505', detail });
    const failed = new QueryFailedError(`INSERT '${CANARY}'`, [CANARY], driver);
    const lines = written((logger) => {
      logger.error(failed);
      logger.error({ err: failed, nested: { failure: failed, list: [failed] } }, 'the insert failed');
      logger.fatal({ query: CANARY, parameters: [CANARY] }, 'raw');
    });
    const expected = { type: 'QueryFailedError', code: '23505' };
    expect(lines[0]).toMatchObject({ err: expected });
    expect(lines[1]).toMatchObject({ err: expected, nested: { failure: expected, list: [expected] } });
  });

  it('shows neither bytes nor the secrets of the configuration', () => {
    const configuration = loadConfiguration({
      DATABASE_URL: `postgresql://user:${CANARY}@db/strongroom`,
      STRONGROOM_ROOT_KEYS: `first:${CANARY}`,
      STRONGROOM_ADMIN_PASSWORD: CANARY,
    });
    const [line, own] = written((logger) => {
      logger.info({ configuration, bytes: Buffer.from('bytes') }, 'loaded');
      logger.info(configuration);
    });
    expect(line).toMatchObject({ bytes: '[sealed]', configuration: { port: 8080, rootKeys: '[sealed]' } });
    expect(own).toMatchObject({ port: 8080, rootKeys: '[sealed]' });
  });

  it('ends with what contains itself', () => {
    const ring: Record<string, unknown> = { name: 'ring' };
    ring.again = ring;
    expect(written((logger) => logger.info({ ring }, 'round'))).toMatchObject([{ ring: { name: 'ring' } }]);
  });

  it('has written a fatal entry, and what waited before it, when the call returns', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'strongroom-log-'));
    const path = join(folder, 'log');
    const stream = destination({ dest: path, sync: false, minLength: 4096 });
    await once(stream, 'ready');
    const logger = createLogger('info', stream);
    logger.info('waits');
    expect(readFileSync(path, 'utf8')).toBe('');
    logger.fatal('last words');
    expect(readFileSync(path, 'utf8')).toMatch(/waits.*\n.*last words.*\n$/);
    stream.destroy();
    rmSync(folder, { recursive: true });
  });
});
