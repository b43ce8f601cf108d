import { describe, expect, it } from '@jest/globals';
import { unknownVariables } from '../../../src/config/unknown-variables.js';

describe('unknownVariables', () => {
  it.each([
    ['STRONGROOM_PROT', 'PORT'],
    ['STRONGROOM_PORT', 'PORT'],
    ['STRONGROOM_HOTS', 'HOST'],
    ['STRONGROOM_NODE_ENV', 'NODE_ENV'],
    ['STRONGROOM_DATABASE_URL', 'DATABASE_URL'],
    ['STRONGROOM_DATADIR', 'STRONGROOM_DATA_DIR'],
    ['STRONGROOM_DRIAN_MS', 'STRONGROOM_DRAIN_MS'],
    ['STRONGROOM_POOL_SIZE', 'STRONGROOM_DATABASE_POOL_SIZE'],
    ['STRONGROOM_ADMIN_PASWORD', 'STRONGROOM_ADMIN_PASSWORD'],
    ['STRONGROOM_ROOT_KEYS_FIEL', 'STRONGROOM_ROOT_KEYS_FILE'],
    ['STRONGROOM_APP_ROEL', 'STRONGROOM_APP_ROLE'],
  ])('says of %s that %s was probably meant', (name, meant) =>
    expect(unknownVariables({ [name]: 'x' })).toEqual([
      `${name} is not a variable of Strongroom (did you mean ${meant}?)`,
    ]),
  );

  it.each(['STRONGROOM_FOO', 'STRONGROOM_X', 'STRONGROOM_', 'STRONGROOM_ADMIN_PW'])(
    'names none that is not near %s',
    (name) => expect(unknownVariables({ [name]: 'x' })).toEqual([`${name} is not a variable of Strongroom`]),
  );

  it('leaves alone what it knows, what is empty, and what is of others', () => {
    expect(unknownVariables({ STRONGROOM_LOG_LEVEL: 'info', STRONGROOM_PROT: '', PROT: '1' })).toEqual([]);
  });
});
