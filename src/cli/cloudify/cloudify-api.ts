import { printable } from '../../common/printable.js';
import { StartupError } from '../../common/startup-error.js';
import type { CloudifyAccess } from './cloudify-access.js';
import { ManagerConnection } from './manager-connection.js';

/** Reports a response that is not a success. */
export class Refused extends StartupError {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const PREFIX = '/api/v3.1';
const PAGE = 500;

/** Reads the REST API of a Cloudify Manager. Every failure is one line that says what to check. */
export class CloudifyApi {
  private readonly connection: ManagerConnection;

  /** @throws StartupError for a proxy that is not a URL */
  constructor(
    private readonly access: CloudifyAccess,
    private readonly tell: (line: string) => void,
  ) {
    this.connection = new ManagerConnection(access, tell);
  }

  /** Returns every item of a list, page by page. */
  async list(path: string): Promise<unknown[]> {
    const items: unknown[] = [];
    for (;;) {
      const page = await this.get(path, {
        _get_data: 'true',
        _size: String(PAGE),
        _offset: String(items.length),
      });
      const { items: more, metadata } = (page ?? {}) as { items?: unknown; metadata?: unknown };
      if (!Array.isArray(more)) throw notCloudify(this.access.url, path);
      items.push(...(more as unknown[]));
      const { total = 0 } = (metadata as { pagination?: { total?: number } } | undefined)?.pagination ?? {};
      if (more.length === 0 || items.length >= total) return items;
      this.tell(`${items.length} of ${total}`);
    }
  }

  /**
   * @throws StartupError where there is no response, or it is not JSON
   * @throws Refused for a status that is not a success
   */
  async get(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const body = parsed(await this.bytes(path, query));
    if (body === undefined) throw notCloudify(this.access.url, path);
    return body;
  }

  /**
   * Returns the body of a response as it is.
   * @throws StartupError where there is no response
   * @throws Refused for a status that is not a success
   */
  async bytes(path: string, query: Readonly<Record<string, string>>): Promise<Buffer> {
    const { url } = this.access;
    const target = new URL(url);
    target.pathname = `${url.pathname.replace(/\/$/, '').replace(/\/api\/v3(\.1)?$/, '')}${PREFIX}${path}`;
    target.search = new URLSearchParams(query).toString();
    const { status, body } = await this.connection.get(target);
    if (status !== 200) throw refused(path, status, parsed(body));
    return body;
  }
}

/** Parses JSON. The error leaves out the parser's message, which would repeat the input. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function refused(path: string, status: number, body: unknown): Refused {
  if (status === 401)
    return new Refused('The manager refuses the login (401): check user name, password or token', 401);
  const { message } = (body ?? {}) as { message?: unknown };
  const said = typeof message === 'string' ? `: ${printable(message, 200)}` : '';
  return new Refused(`The manager answers ${status} to GET ${path}${said}`, status);
}

function notCloudify(url: URL, path: string): StartupError {
  return new StartupError(
    `What answers at ${url.host} to GET ${path} is no Cloudify Manager: it gives no such JSON`,
  );
}
