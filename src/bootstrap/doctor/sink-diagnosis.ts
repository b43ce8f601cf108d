import { configuredSinks } from '../../audit-trail/sinks/configured-sinks.js';
import { reasonOfFailure, SinkTimeout } from '../../audit-trail/sinks/sink-failure.js';
import type { Configuration } from '../../config/configuration.js';
import type { Report } from './finding.js';

const PATIENCE_MS = 8_000;

/** Reports whether each configured sink of the audit trail can be reached from here. Sends nothing to them. */
export async function diagnoseSinks(configuration: Configuration, report: Report): Promise<void> {
  const checks = configuredSinks(configuration).map(async (sink) => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new SinkTimeout()), PATIENCE_MS);
    try {
      return { text: await sink.check(limit.signal), state: 'ok' } as const;
    } catch (error) {
      const text = `the sink "${sink.name}" cannot be reached: ${reasonOfFailure(error)}`;
      return { text, state: 'failed' } as const;
    } finally {
      clearTimeout(timer);
    }
  });
  for (const { text, state } of await Promise.all(checks)) report('audit', text, state);
}
