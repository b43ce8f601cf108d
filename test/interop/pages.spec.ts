import { copyFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { runCookbook } from '../documents/cookbook-room.js';
import { PageFolder } from '../documents/page-folder.js';
import { runPage } from '../documents/run-page.js';
import { Strongroom } from '../support/strongroom.js';

/** Names the programs, which `npm run test:interop` first checks to be installed. */
const { PYTHON = 'python3' } = process.env;

it('docs/cookbook/curl.md works with the real curl', async () => {
  await expect(runCookbook('docs/cookbook/curl.md', new PageFolder())).resolves.toBeUndefined();
});

it('docs/cookbook/python.md works', async () => {
  const python = { kind: 'run-by', python: PYTHON } as const;
  await expect(runCookbook('docs/cookbook/python.md', new PageFolder(), python)).resolves.toBeUndefined();
});

it('docs/team.md has a configuration of nginx that works', async () => {
  const folder = new PageFolder();
  const room = await Strongroom.start();
  for (const ending of ['crt', 'key'])
    copyFileSync(`test/support/tls/localhost.${ending}`, join(folder.path, `strongroom.${ending}`));
  const [answer] = await runPage('docs/team.md', {
    folder: folder.path,
    environment: folder.environment(),
    instead: [['http://127.0.0.1:8080', room.service.url]],
    kind: 'run-by',
  });
  await room.stop();
  folder.remove();
  expect(JSON.parse(answer ?? '')).toEqual({ status: 'ok' });
});

it('docs/deployment.md has a unit that systemd accepts', async () => {
  const folder = new PageFolder();
  const unit = 'deploy/strongroom.service';
  const setting = { folder: folder.path, environment: folder.environment(), kind: 'run-by' } as const;
  const printed = await runPage('docs/deployment.md', { ...setting, instead: [[unit, resolve(unit)]] });
  folder.remove();
  expect(printed).toEqual(['']);
});
