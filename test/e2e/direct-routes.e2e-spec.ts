import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { RouteContext } from '../../src/api/route-context.js';
import { Strongroom } from '../support/strongroom.js';

const ROUTES = {
  list: ['GET', ''],
  read: ['GET', '/k'],
  create: ['PUT', '/k'],
  update: ['PATCH', '/k'],
  setVisibility: ['PATCH', '/k/set-visibility'],
  setGlobal: ['PATCH', '/k/set-global'],
  delete: ['DELETE', '/k'],
} as const;

describe('the service', () => {
  let strongroom: Strongroom;
  beforeAll(async () => {
    strongroom = await Strongroom.start();
  });
  afterAll(() => strongroom.stop());

  /** Who asks the guard: a direct route comes with a context of its own. */
  it.each(['v3', 'v3.1'])('calls the routes of secrets under %s directly', async (version) => {
    const [guard] = strongroom.service.app.get(ApplicationConfig).getGlobalGuards();
    const asked = jest.spyOn(guard!, 'canActivate');
    for (const [method, path] of Object.values(ROUTES))
      await strongroom.call({}, method, `/api/${version}/secrets${path}`);
    const contexts = asked.mock.calls.map(([context]) => context);
    asked.mockRestore();
    const direct = (context: ExecutionContext): boolean => context instanceof RouteContext;
    expect(contexts.map((context) => [context.getHandler().name, direct(context)])).toEqual(
      Object.keys(ROUTES).map((name) => [name, true]),
    );
  });
});
