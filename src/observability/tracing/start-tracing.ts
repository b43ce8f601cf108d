import { packageVersion } from '../../common/package-version.js';
import { printable } from '../../common/printable.js';
import { choosesResources, tracingWanted } from '../../config/tracing-wanted.js';
import { errorFields } from '../error-fields.js';
import type { Logger } from '../logger.js';
import { useTracing, type TracingApi } from './tracing.js';

/** Names the optional package in a way that no tool takes for a dependency. */
const SDK = ['@opentelemetry', 'sdk-node'].join('/');

/** Lists the codes of a package that is not there, or whose own packages are not. */
const NOT_INSTALLED = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

const QUIET_MS = 60_000;

/** Limits how long a stop waits for the last spans to be sent. */
const LAST_MS = 3_000;
const LONGEST_PROBLEM = 300;

/** Describes what is used of that package. */
interface Sdk {
  readonly NodeSDK: new (configuration: object) => { start(): void; shutdown(): Promise<void> };
  readonly resources: {
    readonly defaultResource: () => { merge(other: object): object };
    readonly resourceFromAttributes: (attributes: Record<string, string>) => object;
    readonly envDetector: object;
  };
}

/**
 * Starts to record spans if the environment asks for it by the variables of OpenTelemetry, which the SDK reads. An SDK
 * that was loaded before the program (`node --import`) is used as it is.
 * @returns a function that sends what is recorded and ends; it never fails
 */
export async function startTracing(logger: Logger, isWanted = tracingWanted()): Promise<() => Promise<void>> {
  if (!isWanted) return () => Promise.resolve();
  const api = await import('@opentelemetry/api');
  const sdk = isProvided(api) ? undefined : await loadSdk(logger);
  if (sdk !== undefined) {
    logProblems(api, logger);
    sdk.start();
  }
  if (!isProvided(api)) return () => Promise.resolve();
  useTracing(api);
  logger.info('traces are recorded');
  return async () => {
    if (sdk !== undefined) await sendLast(sdk.shutdown(), logger);
  };
}

/** Waits until the last spans are sent, but not long for a collector that is down: the SDK would try again and again. */
async function sendLast(sent: Promise<void>, logger: Logger): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the collector did not take them in time')), LAST_MS);
  });
  try {
    await Promise.race([sent, late]);
  } catch (error) {
    logger.warn({ err: errorFields(error) }, 'traces: the last ones could not be sent');
    sent.catch(() => undefined);
  } finally {
    clearTimeout(timer);
  }
}

/** Logs what the SDK reports, such as a collector that does not answer, at most once a minute. */
function logProblems({ diag, DiagLogLevel }: TracingApi, logger: Logger): void {
  let quietUntil = 0;
  const warn = (message: string): void => {
    const now = performance.now();
    if (now < quietUntil) return;
    quietUntil = now + QUIET_MS;
    logger.warn(`traces: ${printable(message, LONGEST_PROBLEM)}`);
  };
  const ignore = (): void => undefined;
  const told = { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(told, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** Tells whether an SDK is registered. The API has a provider in any case, which delegates to that of the SDK. */
function isProvided({ trace }: TracingApi): boolean {
  const provider = trace.getTracerProvider() as { getDelegateTracer?: (name: string) => unknown };
  return provider.getDelegateTracer?.('strongroom') !== undefined;
}

async function loadSdk(logger: Logger): Promise<InstanceType<Sdk['NodeSDK']> | undefined> {
  try {
    const { NodeSDK, resources } = (await import(SDK)) as Sdk;
    const own = { 'service.name': 'strongroom', 'service.version': packageVersion() };
    return new NodeSDK({
      resource: resources.defaultResource().merge(resources.resourceFromAttributes(own)),
      // The others tell the command line, the paths and the name of the machine.
      ...(!choosesResources() && { resourceDetectors: [resources.envDetector] }),
      metricReaders: [],
      logRecordProcessors: [],
      instrumentations: [],
    });
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!NOT_INSTALLED.includes(code)) throw error;
    logger.warn(`traces are asked for, and ${SDK} is not installed: see docs/operations/traces.md`);
    return undefined;
  }
}
