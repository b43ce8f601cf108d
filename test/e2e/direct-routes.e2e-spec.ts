import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DirectRoutes } from '../../src/api/direct-routes.js';
import { Strongroom } from '../support/strongroom.js';

const SECRET_ROUTES = ['list', 'read', 'create', 'update', 'setVisibility', 'setGlobal', 'delete'];

describe('the service', () => {
  let strongroom: Strongroom;
  beforeAll(async () => {
    strongroom = await Strongroom.start();
  });
  afterAll(() => strongroom.stop());

  it.each(['SecretsController', 'SecretsV31Controller'])('calls the routes of %s directly', (name) => {
    const routes = new DirectRoutes(strongroom.service.app);
    const names = SECRET_ROUTES.map((method) => `${name}.${method}`);
    expect(names.filter((each) => routes.routeNamed(each) === undefined)).toEqual([]);
  });
});
