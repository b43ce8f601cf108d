import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OWNER, cloneDatabase, type TestDatabase } from '../support/database.js';
import { query } from '../support/server.js';
import { Api } from './api.js';
import { PASSWORD, external } from './external.js';
import { service, strongroomAdmin } from './program.js';
import { refusal } from './refusal.js';

describe('the service with its own login alone', () => {
  let database: TestDatabase;
  const withOwner = () => external(database);
  const alone = () => {
    const { DATABASE_OWNER_URL: _owner, STRONGROOM_ADMIN_PASSWORD: _password, ...environment } = withOwner();
    return environment;
  };
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  it('asks for a migration by the owner where there is no user yet', async () => {
    expect(await refusal(alone())).toMatch(
      /^There is no user yet: run `strongroom-admin migrate` with DATABASE_OWNER_URL and STRONGROOM_ADMIN_PASSWORD$/,
    );
  });

  it('is told of a missing user by doctor, which the start needs', async () => {
    const { code, stdout } = await strongroomAdmin(['doctor'], alone());
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^FAILED +configuration: There is no user yet/m),
    ]);
  });

  it('serves once the owner has migrated, warns of nothing, and passes the doctor', async () => {
    expect(await strongroomAdmin(['migrate'], withOwner())).toMatchObject({ code: 0 });
    const started = service(alone());
    const url = await started.listening();
    expect((await new Api(url, PASSWORD).call('PUT', 'a', 'one')).status).toBe(200);
    const { stderr } = await started.stop();
    expect(stderr).not.toMatch(/"level":"(warn|error)"/);
    const { code, stdout } = await strongroomAdmin(['doctor'], alone());
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/asked by the service's login, which owns nothing/),
    ]);
  });

  it('may not read the audit trail, and says whose login may', async () => {
    const { code, stderr } = await strongroomAdmin(['event', 'list'], alone());
    expect([code, stderr.trimEnd()]).toEqual([
      4,
      "The service's login may not read the audit trail: give the owner's in DATABASE_OWNER_URL",
    ]);
  });

  it('is refused, and changes nothing, while a migration is pending', async () => {
    const functions = 'SELECT number, fingerprint, installed_at FROM schema_functions';
    await query(database.ownerUrl, 'UPDATE schema_functions SET number = number - 1 WHERE number > 1');
    await query(database.ownerUrl, `UPDATE schema_functions SET fingerprint = 'of another version'`);
    const before = await query(database.ownerUrl, functions);
    const line = await refusal(alone());
    expect(line).toMatch(
      /^DATABASE_URL: the functions are those of an older version.*run `strongroom-admin migrate` with DATABASE_OWNER_URL$/,
    );
    expect(await query(database.ownerUrl, functions)).toEqual(before);
    const doctor = await strongroomAdmin(['doctor'], alone());
    expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringContaining('strongroom-admin migrate')]);
    expect(await strongroomAdmin(['migrate'], withOwner())).toMatchObject({ code: 0 });
    const again = service(alone());
    await again.listening();
    await again.stop();
  });

  it('is refused for migrations that are missing', async () => {
    const removed = await query(database.ownerUrl, 'DELETE FROM schema_migrations RETURNING timestamp, name');
    expect(await refusal(alone())).toMatch(
      new RegExp(`^DATABASE_URL: migrations are pending \\(${removed.length}\\), and this login`),
    );
    for (const { timestamp, name } of removed as { timestamp: string; name: string }[])
      await query(database.ownerUrl, 'INSERT INTO schema_migrations (timestamp, name) VALUES ($1, $2)', [
        timestamp,
        name,
      ]);
  });

  it('is warned of where it owns the tables', async () => {
    const one = service({ ...withOwner(), DATABASE_URL: database.ownerUrl, DATABASE_OWNER_URL: '' });
    await one.listening();
    const { stderr } = await one.stop();
    expect(stderr).toMatch(new RegExp(`"level":"warn".*DATABASE_OWNER_URL is not set: one login migrates`));
    expect(database.ownerUrl).toContain(OWNER);
  });
});
