import { resolve } from 'node:path';
import { validateSync } from 'class-validator';
import { StartupError } from '../common/startup-error.js';
import { Configuration } from './configuration.js';
import { EnvironmentReader } from './environment-reader.js';
import { unknownVariables } from './unknown-variables.js';
import { unsafeCombinations } from './unsafe-combinations.js';
import { variables } from './variables.js';

/**
 * Reads the environment into the configuration. Nothing else reads it.
 * @throws StartupError with one line that names the problem and never holds a secret
 */
export function loadConfiguration(environment: NodeJS.ProcessEnv = process.env): Configuration {
  const reader = new EnvironmentReader(environment);
  const configuration = Object.assign(new Configuration(), textsOf(reader), numbersOf(reader), {
    ...firstPasswordOf(environment),
    metricsPort: reader.optionalNumber(variables.metricsPort),
    auditFile: pathOf(reader.text(variables.auditFile)),
    dataDir: resolve(reader.text(variables.dataDir) ?? ''),
    trustedProxies: Object.freeze(listOf(reader.text(variables.trustedProxies) ?? '')),
    corsOrigins: Object.freeze(listOf(reader.text(variables.corsOrigins) ?? '')),
  });
  const wrong = [...unknownVariables(environment), ...reader.problems, ...invalidVariables(configuration)];
  const problems = wrong.length > 0 ? wrong : unsafeCombinations(configuration);
  if (problems.length > 0) throw new StartupError(problems.join('; '));
  return Object.freeze(configuration);
}

function textsOf(reader: EnvironmentReader): Partial<Configuration> {
  const addresses = ['host', 'metricsHost'] as const;
  const names = ['nodeEnv', ...addresses, 'adminUsername', 'logLevel', 'appRole', 'readerRole'] as const;
  const files = ['tlsCertificateFile', 'tlsKeyFile'] as const;
  const secrets = ['databaseUrl', 'databaseOwnerUrl', 'rootKeys'] as const;
  const syslog = [
    'auditSyslog',
    'auditSyslogCaFile',
    'auditSyslogCertificateFile',
    'auditSyslogKeyFile',
  ] as const;
  const webhook = ['auditWebhookUrl', 'auditWebhookKey', 'auditWebhookCaFile'] as const;
  return Object.fromEntries(
    [...names, ...files, ...secrets, ...syslog, ...webhook].map((name) => [
      name,
      reader.text(variables[name]),
    ]),
  );
}

/**
 * Reads the first administrator's password. What is wrong with it matters only while there is no user, so it is kept
 * and not reported: operators are told to remove the file after the first start.
 */
function firstPasswordOf(
  environment: NodeJS.ProcessEnv,
): Pick<Configuration, 'adminPassword' | 'adminPasswordProblem'> {
  const reader = new EnvironmentReader(environment);
  const password = reader.text(variables.adminPassword);
  return { adminPassword: password, adminPasswordProblem: reader.problems[0] };
}

function numbersOf(reader: EnvironmentReader): Partial<Configuration> {
  const limits = ['maxValueBytes', 'maxImportBytes', 'poolSize'] as const;
  const passwords = ['passwordMinLength', 'passwordVerifications'] as const;
  const arrival = ['headersMilliseconds', 'bodyStallMilliseconds', 'bodyMilliseconds'] as const;
  const times = ['keepAliveMilliseconds', ...arrival, 'drainMilliseconds'] as const;
  const audit = ['auditDays', 'minAuditDays'] as const;
  const trash = ['trashDays', 'minTrashDays', 'maxTrashDays', 'maxTrashEntries', 'maxTrashBytes'] as const;
  const names = [
    ...['port', 'metricsTenants', 'auditSinkWaitDays'],
    ...[...limits, ...passwords, ...times, ...audit, ...trash],
  ] as const;
  return Object.fromEntries(names.map((name) => [name, reader.number(variables[name])]));
}

function pathOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : resolve(text);
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function invalidVariables(configuration: Configuration): string[] {
  const failures = validateSync(configuration, {
    stopAtFirstError: true,
    validationError: { value: false, target: false },
  });
  return failures.map(({ property, constraints = {} }) => {
    const { name } = variables[property as keyof typeof variables];
    return `${name} ${Object.values(constraints)[0] ?? 'is not valid'}`;
  });
}
