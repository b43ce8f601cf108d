import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';
import type { PageFolder } from './page-folder.js';
import { runPage, type PageSetting } from './run-page.js';

const PASSWORDS = {
  secrets: 'password of the deployer',
  auditor: 'password of the auditor',
  admin: ADMIN_PASSWORD,
};

interface CookbookSetting extends Pick<PageSetting, 'kind' | 'python'> {
  /** Changes the installation before there are tenants and users. */
  readonly prepare?: (room: Strongroom) => Promise<unknown>;
}

/** Runs a page of the cookbook against a new service with the tenant and the users that the page names. */
export async function runCookbook(
  page: string,
  folder: PageFolder,
  { prepare, ...more }: CookbookSetting = {},
): Promise<void> {
  const room = await Strongroom.start();
  try {
    await prepare?.(room);
    await room.tenant('payments', 'manager');
    await room.user('deployer', PASSWORDS.secrets);
    await room.join('deployer', 'payments', 'user');
    await room.tenant('staging');
    await room.join('deployer', 'staging', 'user');
    await room.user('auditor', PASSWORDS.auditor);
    await room.join('auditor', 'payments', 'viewer');
    for (const [name, password] of Object.entries(PASSWORDS))
      writeFileSync(join(folder.path, `.${name}-password`), password, { mode: 0o600 });
    await runPage(page, {
      folder: folder.path,
      environment: folder.environment({
        SECRETS_URL: room.service.url,
        SECRETS_TENANT: 'payments',
        SECRETS_USER: 'deployer',
        SECRETS_PASSWORD: PASSWORDS.secrets,
        AUDITOR_PASSWORD: PASSWORDS.auditor,
        ADMIN_PASSWORD: PASSWORDS.admin,
      }),
      instead: [['https://strongroom.example.com', room.service.url]],
      ...more,
    });
  } finally {
    await room.stop();
    folder.remove();
  }
}
