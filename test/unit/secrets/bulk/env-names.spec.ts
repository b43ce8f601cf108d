import { describe, expect, it } from '@jest/globals';
import { BulkRefused } from '../../../../src/secrets/bulk/bulk-errors.js';
import { isDangerousName } from '../../../../src/secrets/bulk/env/dangerous-names.js';
import { envNames, type EnvNaming } from '../../../../src/secrets/bulk/env/env-names.js';

const AS_IS: EnvNaming = { style: 'as_is', stripPrefix: '', allowedNames: new Set() };

describe('the names of variables', () => {
  it.each([
    ['db.host', AS_IS, 'db_host'],
    ['Db-host~1.x_y', AS_IS, 'Db_host_1_x_y'],
    ['db.host', { ...AS_IS, style: 'upper' }, 'DB_HOST'],
    ['app.db.host', { ...AS_IS, stripPrefix: 'app.' }, 'db_host'],
    ['app-', { ...AS_IS, stripPrefix: 'app' }, undefined],
    ['app-x', { ...AS_IS, stripPrefix: 'app' }, '_x'],
    ['app', { ...AS_IS, stripPrefix: 'app' }, undefined],
    ['app1', { ...AS_IS, stripPrefix: 'app' }, undefined],
    ['other', { ...AS_IS, stripPrefix: 'app' }, undefined],
    ['path', { ...AS_IS, style: 'upper' }, undefined],
    ['path', { ...AS_IS, style: 'upper', allowedNames: new Set(['PATH']) }, 'PATH'],
    ['path', { ...AS_IS, style: 'upper', allowedNames: new Set(['path']) }, undefined],
  ] as const)('of %s by %j is %s', (key, naming, name) => {
    if (name === undefined) expect(() => envNames([key], naming)).toThrow(BulkRefused);
    else expect([...envNames([key], naming)]).toEqual([[key, name]]);
  });

  it('are refused where two keys have the same', () => {
    expect(() => envNames(['a.b', 'c', 'a~b'], AS_IS)).toThrow(
      '`a.b` and `a~b` would both set the variable `a_b`',
    );
    expect(() => envNames(['ab', 'Ab'], { ...AS_IS, style: 'upper' })).toThrow('`ab` and `Ab`');
    expect([...envNames(['ab', 'Ab'], AS_IS)]).toHaveLength(2);
  });

  it.each(
    (
      'PATH LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES IFS BASH_ENV ENV SHELLOPTS BASHOPTS PS1 PS4 ' +
      'PROMPT_COMMAND BASH_FUNC_x HOME CDPATH GLOBIGNORE USERNAME ZDOTDIR FPATH OPTIND UID PPID _ ' +
      'NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONSTARTUP PYTHONHOME PERL5OPT PERL5LIB PERLLIB RUBYOPT RUBYLIB ' +
      'JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS CLASSPATH DOTNET_STARTUP_HOOKS PHPRC LUA_INIT ' +
      'GIT_SSH GIT_SSH_COMMAND GIT_EXTERNAL_DIFF GIT_CONFIG_COUNT GIT_CONFIG_GLOBAL GIT_PAGER GIT_EXEC_PATH ' +
      'EDITOR VISUAL PAGER BROWSER LESSOPEN GCONV_PATH HOSTALIASES TERMINFO OPENSSL_CONF SSL_CERT_FILE ' +
      'HTTPS_PROXY https_proxy NODE_TLS_REJECT_UNAUTHORIZED KUBECONFIG npm_config_script_shell NPM_CONFIG_REGISTRY path'
    ).split(' '),
  )('%s is dangerous', (name) => {
    expect(isDangerousName(name)).toBe(true);
  });

  it.each(
    (
      'DB_PASSWORD DATABASE_URL GIT_TOKEN GITHUB_TOKEN NPM_TOKEN AWS_SECRET_ACCESS_KEY API_KEY PGPASSWORD ' +
      'username LDAP_PASSWORD PATHS HOME_ASSISTANT_TOKEN ENVIRONMENT SENTRY_DSN DYNAMO_KEY PYTHON_SECRET tls_key'
    ).split(' '),
  )('%s is not', (name) => {
    expect(isDangerousName(name)).toBe(false);
  });
});
