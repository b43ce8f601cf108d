import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { effectiveConfiguration } from '../../../src/config/effective-configuration.js';
import { variables } from '../../../src/config/variables.js';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-config-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const shown = (environment: NodeJS.ProcessEnv) => {
  const entries = effectiveConfiguration(environment).variables;
  return Object.fromEntries(entries.map(({ name, value, source }) => [name, [value, source]]));
};
const ROOT_KEYS = `a:${Buffer.alloc(32, 7).toString('base64')}`;

afterAll(() => rmSync(folder, { recursive: true }));

describe('the effective configuration', () => {
  it('has every variable, with its default', () => {
    const all = shown({});
    expect(Object.keys(all)).toEqual(Object.values(variables).map(({ name }) => name));
    expect(all).toMatchObject({
      PORT: ['8080', 'default'],
      DATABASE_URL: [null, 'not set'],
      STRONGROOM_DATA_DIR: [resolve('data'), 'default'],
    });
  });

  it('tells what the environment gives from what a file gives, and masks secrets from both', () => {
    const path = file('password', 'canary-password\n');
    const all = shown({
      PORT: '9000',
      STRONGROOM_ADMIN_PASSWORD_FILE: path,
      STRONGROOM_ROOT_KEYS: ROOT_KEYS,
    });
    expect(all).toMatchObject({
      PORT: ['9000', 'environment'],
      STRONGROOM_ADMIN_PASSWORD: ['***', `file ${path} (STRONGROOM_ADMIN_PASSWORD_FILE)`],
      STRONGROOM_ROOT_KEYS: ['***', 'environment'],
    });
  });

  it.each([
    ['postgresql://svc:canary@db.example.com/room', 'postgresql://svc:***@db.example.com:5432/room'],
    ['postgresql://svc:canary@[::1]:5433/room', 'postgresql://svc:***@[::1]:5433/room'],
    ['postgresql://svc@/room?host=/run/pg&password=canary', 'postgresql://svc:***@/room?host=/run/pg'],
    [
      'postgresql://svc@db/room?sslmode=verify-full&sslpassword=canary',
      'postgresql://svc@db:5432/room?sslmode=verify-full&sslpassword=***',
    ],
    ['postgresql://svc:canary/@db/room', '***'],
    ['canary', '***'],
  ])('shows %s as %s', (url, masked) => {
    expect(shown({ DATABASE_URL: url }).DATABASE_URL).toEqual([masked, 'environment']);
  });

  it.each([
    ['https://logs.example.com:8443/canary?token=canary', 'https://logs.example.com:8443/***'],
    ['http://logs.example.com/canary', '***'],
    ['canary', '***'],
  ])('shows of a webhook only where it is: %s', (url, masked) => {
    const all = shown({ STRONGROOM_AUDIT_WEBHOOK_URL: url, STRONGROOM_AUDIT_WEBHOOK_KEY: 'canary' });
    expect(all.STRONGROOM_AUDIT_WEBHOOK_URL).toEqual([masked, 'environment']);
    expect(all.STRONGROOM_AUDIT_WEBHOOK_KEY).toEqual(['***', 'environment']);
  });

  it('never shows a secret, also where the configuration is refused, and says why it is', () => {
    const canary = 'canary-of-a-secret';
    const found = effectiveConfiguration({
      DATABASE_URL: `postgresql://svc:${canary}@db/x?${canary}=1`,
      STRONGROOM_ROOT_KEYS: canary,
      STRONGROOM_ADMIN_PASSWORD: canary,
      PORT: 'x',
    });
    expect(JSON.stringify(found)).not.toContain(canary);
    expect(found.problem).toMatch(/PORT must be/);
  });
});
