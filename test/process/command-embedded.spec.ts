import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Api } from './api.js';
import { DataFolder } from './data-folder.js';
import { service, strongroomAdmin, type Program } from './program.js';

const PASSWORD = 'set-by-the-command';

describe('strongroom-admin and the embedded database', () => {
  const folder = new DataFolder();
  let program: Program | undefined;
  afterAll(async () => {
    await program?.stop();
    folder.remove();
  });

  it('starts the server for its own time', async () => {
    const { code, stderr } = await strongroomAdmin(['tenant', 'create', 'payments'], folder.environment);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^Password: +\S{20,}$/m);
    expect(existsSync(join(folder.path, 'postgres/postmaster.pid'))).toBe(false);
  });

  it('joins the server of a running service, which sees the change at once', async () => {
    program = service(folder.environment);
    const api = new Api(await program.listening(), PASSWORD);
    expect((await api.call('GET', '')).status).toBe(401);
    const set = await strongroomAdmin(['user', 'set-password', 'admin'], folder.environment, PASSWORD);
    expect(set).toMatchObject({ code: 0, stdout: 'Changed the password of admin\n' });
    expect((await api.call('GET', '')).status).toBe(200);
    expect(await strongroomAdmin(['doctor'], folder.environment)).toMatchObject({ code: 0 });
    expect((await api.call('GET', '')).status).toBe(200);
    // The root key is in the data folder.
    const compared = await strongroomAdmin(['audit', 'compare', '--json'], folder.environment);
    expect(compared).toMatchObject({ code: 0 });
    expect(JSON.parse(compared.stdout)).toMatchObject({ agrees: true, values_opened: true });
  });
});
