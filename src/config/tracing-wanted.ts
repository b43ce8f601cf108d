/** Lists the variables of OpenTelemetry by which operators ask for traces; the SDK reads these and others itself. */
const ASKS = ['OTEL_TRACES_EXPORTER', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];

/** Tells whether the environment asks for traces by the standard variables of OpenTelemetry. */
export function tracingWanted(environment: NodeJS.ProcessEnv = process.env): boolean {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  if (environment.OTEL_TRACES_EXPORTER === 'none') return false;
  return ASKS.some((name) => (environment[name] ?? '') !== '');
}

/** Tells whether the operator chose what the SDK finds out about the process and its machine. */
export function choosesResources(environment: NodeJS.ProcessEnv = process.env): boolean {
  return (environment.OTEL_NODE_RESOURCE_DETECTORS ?? '') !== '';
}
