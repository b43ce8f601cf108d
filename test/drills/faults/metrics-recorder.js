import { appendFileSync, writeFileSync } from 'node:fs';

const EVERY_MS = 1_000;
const PATIENCE_MS = 900;

/** Writes the metrics of each replica each second to a file, one JSON object a line: fault, phase, time, replica, text. */
export class MetricsRecorder {
  lines = 0;
  #label = {};

  constructor(file, replicas) {
    Object.assign(this, { file, replicas, since: performance.now() });
    writeFileSync(file, '');
    this.timer = setInterval(() => void this.#record(), EVERY_MS);
  }

  /** Names what happens from now on; `phase` is before, during or after. */
  label(fault, phase) {
    this.#label = { fault, phase };
  }

  stop() {
    clearInterval(this.timer);
  }

  async #record() {
    const label = this.#label;
    const second = Math.round((performance.now() - this.since) / EVERY_MS);
    await Promise.all(
      this.replicas().map(async ({ name, host, metricsPort }) => {
        const text = await metricsOf(host, metricsPort);
        if (text === undefined) return;
        appendFileSync(this.file, `${JSON.stringify({ ...label, second, replica: name, text })}\n`);
        this.lines += 1;
      }),
    );
  }
}

/** Returns the text of the metrics; undefined where nothing answers, as a build without that port. */
async function metricsOf(host, port) {
  if (port === undefined) return undefined;
  for (const address of [host, '127.0.0.1']) {
    try {
      const answer = await fetch(`http://${address}:${port}/metrics`, {
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await answer.text();
      if (answer.ok) return text;
    } catch {
      // Tried at the other address.
    }
  }
  return undefined;
}
