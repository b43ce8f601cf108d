import { EnvHttpProxyAgent, request, type Dispatcher } from 'undici';
import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';
import type { CloudifyAccess } from './cloudify-access.js';

/** Sets when a silent manager is reported, and when it is given up, in milliseconds. */
interface Patience {
  readonly reportEvery: number;
  readonly giveUpAfter: number;
}

const PATIENCE: Patience = { reportEvery: 10_000, giveUpAfter: 120_000 };
const MOST_BYTES = 512 * 1024 * 1024;
const CONNECT_MS = 30_000;

/** Sends requests to the manager, through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, if any. */
export class ManagerConnection {
  private readonly dispatcher: Dispatcher;

  /**
   * @param tell receives a line whenever the manager is silent, or a long answer has grown
   * @throws StartupError when a proxy is not given as a URL
   */
  constructor(
    private readonly access: CloudifyAccess,
    private readonly tell: (line: string) => void,
    private readonly patience = PATIENCE,
  ) {
    this.dispatcher = dispatcherFor(access, patience);
  }

  /** @throws StartupError when there is no whole answer */
  async get(target: URL): Promise<{ status: number; body: Buffer }> {
    const { credentials, tenant, url } = this.access;
    const progress = new Progress(target.pathname, this.tell, this.patience);
    try {
      const { statusCode, body: arriving } = await request(target, {
        dispatcher: this.dispatcher,
        headers: { ...credentials, Tenant: tenant, Accept: 'application/json' },
      });
      const chunks: Buffer[] = [];
      for await (const chunk of arriving as AsyncIterable<Buffer>) {
        progress.bytes += chunk.length;
        if (progress.bytes > MOST_BYTES) throw new Error('the answer is too large');
        chunks.push(chunk);
      }
      return { status: statusCode, body: Buffer.concat(chunks) };
    } catch (error) {
      throw unreachable(url, error, this.patience);
    } finally {
      progress.end();
    }
  }
}

/** Reports in intervals what has arrived of an answer. */
class Progress {
  bytes = 0;
  private readonly timer: NodeJS.Timeout;
  private readonly begun = performance.now();

  constructor(path: string, tell: (line: string) => void, { reportEvery, giveUpAfter }: Patience) {
    this.timer = setInterval(() => {
      const seconds = Math.round((performance.now() - this.begun) / 1_000);
      if (this.bytes > 0) tell(`${(this.bytes / 1e6).toFixed(1)} MB of GET ${path} after ${seconds} s`);
      else
        tell(
          `no answer to GET ${path} for ${seconds} s; given up after ${Math.round(giveUpAfter / 1_000)} s of silence`,
        );
    }, reportEvery).unref();
  }

  end(): void {
    clearInterval(this.timer);
  }
}

function dispatcherFor({ ca, insecure }: CloudifyAccess, { giveUpAfter }: Patience): Dispatcher {
  const tls = { ...(ca !== undefined && { ca }), rejectUnauthorized: !insecure };
  try {
    return new EnvHttpProxyAgent({
      connect: { ...tls, timeout: Math.min(CONNECT_MS, giveUpAfter) },
      requestTls: tls,
      headersTimeout: giveUpAfter,
      bodyTimeout: giveUpAfter,
    });
  } catch {
    // The message of the library may repeat the password of the proxy.
    throw new StartupError('HTTPS_PROXY or HTTP_PROXY is not a URL such as http://proxy.example.com:3128');
  }
}

function unreachable({ host }: URL, error: unknown, { giveUpAfter }: Patience): StartupError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code))
    return new StartupError(
      `The manager at ${host} cannot be read: it was silent for ${Math.round(giveUpAfter / 1_000)} seconds`,
    );
  const reason = printable(code === '' || code.startsWith('UND_ERR') ? message : code, 120);
  return new StartupError(`The manager at ${host} cannot be read: ${reason}${hintFor(reason)}`);
}

function hintFor(reason: string): string {
  if (/CERT|SELF_SIGNED|ISSUER|SIGNATURE/.test(reason)) return '; name its certificate authority by --ca';
  return /proxy/i.test(reason) ? '; look at HTTPS_PROXY, HTTP_PROXY and NO_PROXY' : '';
}
