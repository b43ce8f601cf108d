import { packageVersion } from '../../common/package-version.js';

/** Describes what a started service tells of itself. */
export interface Started {
  /** Returns one sentence that says why requests should not be sent here; undefined if they should. */
  readonly notReady: () => Promise<string | undefined>;
  /** Returns further facts for operators. */
  readonly details: () => Readonly<Record<string, unknown>>;
}

/** Holds the answer to a probe. */
export interface ProbeAnswer {
  readonly ok: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Lists the probes, by the last part of their paths. */
export const PROBES = ['live', 'ready', 'startup'] as const;

export type Probe = (typeof PROBES)[number];

/** Knows how far the process is, for the probes of operators and the metrics. */
export class ProcessState {
  private step = 'the program is loaded';
  private service: Started | undefined;
  private notReadySince: number | undefined = performance.now();

  /** Notes what the start is doing. */
  starting(step: string): void {
    this.step = step;
  }

  /** Notes that the service serves. */
  started(service: Started): void {
    this.service = service;
  }

  /** Returns the sentence that the log and the metrics have too; undefined if requests should be sent here. */
  async notReady(): Promise<string | undefined> {
    const reason = this.service === undefined ? `starting: ${this.step}` : await this.service.notReady();
    if (reason === undefined) this.notReadySince = undefined;
    else this.notReadySince ??= performance.now();
    return reason;
  }

  async answer(probe: Probe): Promise<ProbeAnswer> {
    const isStarted = this.service !== undefined;
    if (probe === 'live') return answer(undefined, { ...this.facts(), started: isStarted });
    if (probe === 'startup') return answer(isStarted ? undefined : await this.notReady(), this.facts());
    const reason = await this.notReady();
    const since = this.notReadySince;
    const details = {
      ...(since !== undefined && { notReadySeconds: secondsSince(since) }),
      ...this.service?.details(),
    };
    return answer(reason, { ...details, ...this.facts() });
  }

  private facts(): Record<string, unknown> {
    return { version: packageVersion(), uptimeSeconds: Math.round(process.uptime()) };
  }
}

function answer(reason: string | undefined, facts: Record<string, unknown>): ProbeAnswer {
  const ok = reason === undefined;
  return { ok, body: { status: ok ? 'ok' : 'not ready', ...(!ok && { reason }), ...facts } };
}

function secondsSince(time: number): number {
  return Math.round((performance.now() - time) / 100) / 10;
}
