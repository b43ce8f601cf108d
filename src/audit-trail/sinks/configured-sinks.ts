import type { Configuration } from '../../config/configuration.js';
import { FileSink } from './receivers/file-sink.js';
import { SyslogSink } from './receivers/syslog-sink.js';
import { WebhookSink } from './receivers/webhook-sink.js';
import type { Sink } from './sink.js';

/** The port of syslog over TLS (RFC 5425). */
const SYSLOG_PORT = 6514;

/** Returns the sinks that the configuration names. */
export function configuredSinks(configuration: Configuration): Sink[] {
  const { auditFile, auditSyslog, auditSyslogCaFile, auditSyslogCertificateFile, auditSyslogKeyFile } =
    configuration;
  const { auditWebhookUrl, auditWebhookKey, auditWebhookCaFile } = configuration;
  const files = { ca: auditSyslogCaFile, cert: auditSyslogCertificateFile, key: auditSyslogKeyFile };
  return [
    ...(auditFile === undefined ? [] : [new FileSink(auditFile)]),
    ...(auditSyslog === undefined ? [] : [new SyslogSink({ ...addressOf(auditSyslog), files })]),
    ...(auditWebhookUrl === undefined || auditWebhookKey === undefined
      ? []
      : [new WebhookSink(auditWebhookUrl, auditWebhookKey, auditWebhookCaFile)]),
  ];
}

function addressOf(text: string): { readonly host: string; readonly port: number } {
  const [, inBrackets, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? [];
  return { host: inBrackets ?? plain ?? text, port: port === undefined ? SYSLOG_PORT : Number(port) };
}
