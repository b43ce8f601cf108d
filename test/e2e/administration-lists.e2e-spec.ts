import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe.each(['v3', 'v3.1'])('lists of administration under /api/%s', (version) => {
  let room: Strongroom;
  let anna: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    anna = await room.tenant('alpha', 'viewer');
    for (const name of ['beta', 'Gamma_1', 'Gamma~1'])
      await room.call(ADMIN, 'POST', `/api/v3.1/tenants/${name}`);
    for (const [username, role] of [
      ['Anton', 'sys_admin'],
      ['bert', 'default'],
      ['cora', 'default'],
    ])
      await room.call(ADMIN, 'PUT', '/api/v3.1/users', {
        ...{ username, role, password: 'password' },
        created_at: `200${username?.length ?? 0}-01-02T03:04:05.006Z`,
      });
    await room.call(ADMIN, 'POST', '/api/v3.1/users/active/cora', { action: 'deactivate' });
    for (const [group_name, ldap_group_dn, role] of [
      ['Readers', 'CN=readers', 'default'],
      ['chiefs', null, 'sys_admin'],
      ['writers', 'CN=writers', 'default'],
    ])
      await room.call(ADMIN, 'POST', '/api/v3.1/user-groups', { group_name, ldap_group_dn, role });
  });
  afterAll(() => room.stop());

  const list = (path: string, as: As = ADMIN) => room.call(as, 'GET', `/api/${version}/${path}`);
  const column = async (name: string, path: string, as: As = ADMIN): Promise<unknown[]> => {
    const { status, body } = await list(path, as);
    expect([path, status]).toEqual([path, 200]);
    const items = body.items as Record<string, unknown>[];
    if (!/_size|_offset/.test(path)) expect(body).toHaveProperty('metadata.pagination.total', items.length);
    return items.map((item) => item[name]);
  };

  it.each<[string, string[]]>([
    ['', ['Gamma_1', 'Gamma~1', 'alpha', 'beta', 'default_tenant']],
    ['_sort=-name', ['default_tenant', 'beta', 'alpha', 'Gamma~1', 'Gamma_1']],
    ['_sort=%2Bname&_size=2&_offset=1', ['Gamma~1', 'alpha']],
    ['_sort=+name&_size=1', ['Gamma_1']],
    ['_size=0', []],
    ['_search=GAMMA', ['Gamma_1', 'Gamma~1']],
    ['_search=_', ['Gamma_1', 'default_tenant']],
    ['_search=%25', []],
    ['_search=', ['Gamma_1', 'Gamma~1', 'alpha', 'beta', 'default_tenant']],
    ['name=beta&name=alpha&name=none', ['alpha', 'beta']],
    ['name=BETA', []],
    ['_get_all_results=True&_size=1&name=beta', ['beta']],
  ])('gives tenants for %j', async (query, names) => {
    expect(await column('name', `tenants?${query}`)).toEqual(names);
  });

  it('gives everything past the page where all is asked for', async () => {
    expect(await column('name', 'tenants?_get_all_results=true&_size=2')).toHaveLength(5);
    const { body } = await list('users?_get_all_results=true&_size=1&_offset=1');
    expect(body.items).toHaveLength(5);
    expect(body.metadata).toEqual({ pagination: { total: 5, size: 1, offset: 1 } });
  });

  it('narrows what others see, and shows them no more', async () => {
    expect(await column('name', 'tenants?name=alpha&name=beta', anna)).toEqual(['alpha']);
    expect(await column('name', 'tenants?_search=a&_get_all_results=true', anna)).toEqual(['alpha']);
    expect((await list('tenants?_get_data=true&name=alpha', anna)).status).toBe(403);
  });

  const [admin, user] = version === 'v3' ? ['admin', 'user'] : ['sys_admin', 'default'];
  it.each<[string, string[]]>([
    ['', ['Anton', 'admin', 'alpha-viewer', 'bert', 'cora']],
    ['_sort=-username&_size=2', ['cora', 'bert']],
    ['_sort=active&_sort=-username', ['cora', 'bert', 'alpha-viewer', 'admin', 'Anton']],
    ['_sort=created_at&_size=3', ['bert', 'cora', 'Anton']],
    ['_sort=-role&_sort=username&_size=2', ['Anton', 'admin']],
    ['_sort=first_login_at&_size=1', ['admin']],
    ['username=ANTON&username=bert', ['Anton', 'bert']],
    [`role=${admin}`, ['Anton', 'admin']],
    ['role=sys_admin', ['Anton', 'admin']],
    [`role=${user}&active=true`, ['alpha-viewer', 'bert']],
    ['role=manager', []],
    ['active=False', ['cora']],
    ['show_getting_started=false', []],
    ['created_at=2004-01-02T03:04:05.006Z', ['bert', 'cora']],
    ['created_at=yesterday', []],
    ['_search=ER&active=true', ['alpha-viewer', 'bert']],
  ])('gives users for %j', async (query, names) => {
    expect(await column('username', `users?${query}`)).toEqual(names);
  });

  it.each<[string, string[]]>([
    ['', ['Readers', 'chiefs', 'writers']],
    ['_sort=-role&_sort=-name', ['chiefs', 'writers', 'Readers']],
    ['name=readers', ['Readers']],
    ['ldap_dn=cn=Writers', ['writers']],
    ['role=sys_admin', ['chiefs']],
    ['_search=ers&_offset=1', ['writers']],
  ])('gives user groups for %j', async (query, names) => {
    expect(await column('name', `user-groups?${query}`)).toEqual(names);
  });

  it('gives permissions, of all roles or of one', async () => {
    expect(await column('role', 'permissions?permission=administrators&_sort=-role')).toEqual([
      'sys_admin',
      'manager',
    ]);
    expect(await column('permission', 'permissions/viewer?_search=SECRET')).toEqual([
      'secret_get',
      'secret_list',
      'secret_version_get',
    ]);
    expect(await column('permission', 'permissions/viewer?role=manager')).toEqual([]);
    expect(await column('permission', 'permissions?role=viewer&_size=1&_offset=1')).toHaveLength(1);
  });

  it.each<[string, string, string[]]>([
    ['tenants', 'name,users', ['name', 'users']],
    ['tenants?_get_data=true', 'user_roles', ['user_roles']],
    ['users', 'username,password_hash&_include=role', ['username', 'password_hash', 'role']],
    ['user-groups', 'ldap_dn', ['ldap_dn']],
    ['permissions', 'role', ['role']],
    ['permissions/viewer', 'permission', ['permission']],
  ])('of %s includes only %s', async (path, include, fields) => {
    const sign = path.includes('?') ? '&' : '?';
    const { body } = await list(`${path}${sign}_include=${include}`);
    for (const item of body.items as object[]) expect(Object.keys(item).sort()).toEqual([...fields].sort());
    const wrong = await list(`${path}${sign}_include=id`);
    expect([wrong.status, wrong.body.error_code]).toEqual([400, 'no_such_include_field_error']);
  });

  it.each(['tenants', 'users', 'user-groups', 'permissions', 'permissions/viewer'])(
    'of %s take no other field, and no field that is none of their own',
    async (path) => {
      for (const query of [
        'password_hash=x',
        '_sort=password_hash',
        '_sort=-',
        '_sort=',
        'rabbitmq_password=x',
        'tenants=1',
        'is_locked=true',
        'constructor=x',
        '__proto__=x',
        '_sort=constructor',
        '_all_tenants=true',
        '_size=1001',
        '_size=-1',
        '_offset=x',
        '_get_all_results=perhaps',
        `_search=${'x'.repeat(257)}`,
        'name[]=x',
      ]) {
        const { status, body } = await list(`${path}?${query}`);
        const code = query === '_size=1001' ? 'illegal_action_error' : 'bad_parameters_error';
        expect([query, status, body.error_code]).toEqual([query, 400, code]);
      }
    },
  );

  it('never shows a hash of a password, whatever asks for it', async () => {
    for (const path of ['users?_include_hash=true', 'users?_include=password_hash&_include_hash=True'])
      expect(new Set(await column('password_hash', path))).toEqual(new Set([null]));
    expect((await list('users/admin?_include_hash=true')).body.password_hash).toBeNull();
    expect((await list('user?_include_hash=true')).body.password_hash).toBeNull();
  });

  it('are on record', async () => {
    const acts = async () => {
      const rows = await room.database.asSuperuser<{ act: string }>(
        `SELECT concat_ws(' ', body::json->>'action', body::json->>'key', body::json->>'outcome') AS act
         FROM audit_events ORDER BY at DESC, id DESC LIMIT 7`,
      );
      return rows.map(({ act }) => act).reverse();
    };
    for (const path of [
      'tenants',
      'users',
      'users/bert',
      'users/none',
      'user-groups',
      'permissions',
      'permissions/none',
    ])
      await list(path);
    expect(await acts()).toEqual([
      'tenant.list ok',
      'user.list ok',
      'user.read bert ok',
      'user.read none not_found',
      'user_group.list ok',
      'permission.list ok',
      'permission.list none not_found',
    ]);
  });
});

describe('the list of tokens', () => {
  const TOKENS = '/api/v3.1/tokens';
  let room: Strongroom;
  let una: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    una = await room.tenant('tokened');
    for (const [as, description] of [
      [una, 'for the build'],
      [una, 'For The Night'],
      [ADMIN, 'the administrator’s'],
    ] as const)
      await room.call(as, 'POST', TOKENS, { description, expiration_date: '2090-01-02 03:04' });
    await room.call(una, 'POST', TOKENS, {});
  });
  afterAll(() => room.stop());

  const items = async (as: As, query: string) => {
    const { status, body } = await room.call(as, 'GET', `${TOKENS}?${query}`);
    expect([query, status]).toEqual([query, 200]);
    return body.items as Record<string, string | null>[];
  };
  const descriptions = async (as: As, query: string) =>
    (await items(as, query)).map(({ description }) => description);

  it('is in the order in which they were made, or another, and the values are masked', async () => {
    const all = await items(una, '');
    expect(all.map(({ description }) => description)).toEqual(['for the build', 'For The Night', null]);
    for (const { id, value } of all) expect(value).toBe(`ctok-${id ?? ''}-********`);
    expect(await descriptions(una, '_sort=-description&_size=2')).toEqual([null, 'for the build']);
    expect(await descriptions(ADMIN, '_sort=username&_sort=-description&_size=1')).toEqual([
      'the administrator’s',
    ]);
  });

  it('is searched and narrowed, for others to their own', async () => {
    expect(await descriptions(una, '_search=THE+N')).toEqual(['For The Night']);
    expect(await descriptions(una, '_search=the&_get_all_results=true&_size=1')).toHaveLength(2);
    expect(await descriptions(ADMIN, '_search=the')).toHaveLength(3);
    expect(await descriptions(ADMIN, 'username=TOKENED-user&description=for+the+build')).toEqual([
      'for the build',
    ]);
    expect(await descriptions(ADMIN, 'role=sys_admin')).toEqual(['the administrator’s']);
    expect(await descriptions(una, 'username=admin')).toEqual([]);
    expect(await descriptions(una, 'expiration_date=2090-01-02T03:04:00.000Z')).toHaveLength(2);
    const [one] = await items(una, '');
    expect(await items(una, `id=${one?.id ?? ''}&_include=expiration_date,id`)).toEqual([
      { id: one?.id, expiration_date: expect.stringMatching(TIME) },
    ]);
  });

  it.each(['value=x', 'secret_hash=x', '_sort=value', '_sort=secret_hash', 'user_id=x'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await room.call(ADMIN, 'GET', `${TOKENS}?${query}`);
      expect([status, body.error_code]).toEqual([400, 'bad_parameters_error']);
    },
  );

  it('is on record, as is a look at one', async () => {
    const [one] = await items(una, '');
    await room.call(una, 'GET', `${TOKENS}/${one?.id ?? ''}`);
    await room.call(una, 'GET', `${TOKENS}/none`);
    const rows = await room.database.asSuperuser<{ act: string }>(
      `SELECT concat_ws(' ', body::json->>'action', body::json->>'key', body::json->>'outcome') AS act
       FROM audit_events ORDER BY at DESC, id DESC LIMIT 3`,
    );
    expect(rows.map(({ act }) => act).reverse()).toEqual([
      'token.list ok',
      `token.read ${one?.id ?? ''} ok`,
      'token.read none not_found',
    ]);
  });
});
