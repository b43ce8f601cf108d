import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RootKeys } from '../../src/crypto/root-keys.js';
import { PageFolder } from '../documents/page-folder.js';
import { runPage, type PageSetting } from '../documents/run-page.js';
import { DataFolder } from './data-folder.js';
import { service, type Program } from './program.js';

describe('a page that begins with a first start', () => {
  const data = new DataFolder();
  const folder = new PageFolder().withStandIns().withAdmin();
  let program: Program;
  let setting: PageSetting;
  beforeAll(async () => {
    program = service(data.environment);
    const url = await program.listening();
    const password = /^Password: +(\S+)$/m.exec(program.stdout)?.[1] ?? '';
    setting = {
      folder: folder.path,
      environment: folder.environment(data.environment),
      instead: [
        ['http://127.0.0.1:8080', url],
        ['the-printed-password', password],
      ],
    };
  });
  afterAll(async () => {
    await program.stop();
    data.remove();
    folder.remove();
  });

  it('is README.md, whose lines do what it says', async () => {
    const [lifecycle = '', maintenance = ''] = await runPage('README.md', setting);
    const answers = lifecycle
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answers).toMatchObject([
      { key: 'db.password', value: 's3cret' },
      { value: 's3cret' },
      { value: 'changed' },
      { items: [{ key: 'db.password' }] },
      { key: 'db.password' },
    ]);
    expect(maintenance).toMatch(/"activated".*"deactivated"/s);
  });

  it('is the tutorial', async () => {
    await runPage('docs/tutorial.md', setting);
  });

  it('is that for a team', async () => {
    await runPage('docs/team.md', setting);
  });
});

it('docs/configuration.md makes a root key that the service accepts', async () => {
  const folder = new PageFolder();
  const setting = { folder: folder.path, environment: folder.environment() };
  const [line = ''] = await runPage('docs/configuration.md', setting);
  folder.remove();
  expect(RootKeys.parse(line.trim()).has('key-1')).toBe(true);
});
