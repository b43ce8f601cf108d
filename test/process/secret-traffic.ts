import { send, type Answer } from '../support/http-client.js';
import type { Answered, Operation, Request } from '../support/secret-history.js';
import { SeededRandom } from '../support/seeded-random.js';
import type { Replica } from './replica.js';

/** Weighs the kinds of requests by how often each is named. */
const KINDS = 'get get get get update update update create create delete'.split(' ') as Request['kind'][];
const METHODS = { get: 'GET', create: 'PUT', update: 'PATCH', delete: 'DELETE' } as const;

/**
 * Runs clients that use the same few secrets at the same time through any of the replicas, and records what they see.
 */
export class SecretTraffic {
  readonly histories: ReadonlyMap<string, Operation[]>;
  /** The number of responses of each replica. */
  readonly answers = new Map<Replica, number>();
  private readonly keys: readonly string[];
  isOver = false;
  private moment = 0;

  constructor(
    private readonly replicas: readonly Replica[],
    private readonly headers: readonly Record<string, string>[],
    keys: number,
  ) {
    this.keys = Array.from({ length: keys }, (_, index) => `shared-${index}`);
    this.histories = new Map(this.keys.map((key) => [key, []]));
  }

  get size(): number {
    return [...this.histories.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /**
   * Runs until `end`, or until a client sees a violation. Each client has random choices of its own, which do not
   * depend on the speed of the others.
   */
  async run(clients: number, seed: number): Promise<void> {
    const each = Array.from({ length: clients }, (_, client) => this.client(client, seed));
    await Promise.all(each).finally(() => this.end());
  }

  end(): void {
    this.isOver = true;
  }

  private async client(client: number, seed: number): Promise<void> {
    const random = new SeededRandom(seed + client * 7_919);
    for (let index = 0; !this.isOver; index += 1) {
      const kind = random.of(KINDS);
      const request: Request =
        kind === 'get' || kind === 'delete' ? { kind } : { kind, value: `${client}.${index}` };
      const replica = random.of(this.replicas.filter(({ url }) => url !== undefined));
      await this.ask(
        random.of(this.keys),
        request,
        replica,
        random.of(['v3', 'v3.1']),
        random.of(this.headers),
      );
    }
  }

  private async ask(
    key: string,
    request: Request,
    replica: Replica,
    version: string,
    headers: Record<string, string>,
  ): Promise<void> {
    const began = (this.moment += 1);
    try {
      const answer = await send(replica.url!, {
        method: METHODS[request.kind],
        path: `/api/${version}/secrets/${key}`,
        headers,
        agent: replica.agent,
        ...('value' in request && { body: JSON.stringify({ value: request.value }) }),
      });
      this.answers.set(replica, (this.answers.get(replica) ?? 0) + 1);
      this.note(key, request, began, answered(request, version, answer));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      // A refused connection carried no request; for a lost one the outcome is unknown.
      if (code !== 'ECONNREFUSED') this.note(key, request, began, undefined);
    }
  }

  private note(key: string, request: Request, began: number, answer: Answered | undefined): void {
    const ended = answer === undefined ? Infinity : (this.moment += 1);
    this.histories.get(key)!.push({ request, began, ended, answer });
  }
}

/**
 * Returns the answer; undefined for 503, which means that the outcome is unknown.
 * @throws Error for a response that the service must not give
 */
function answered({ kind }: Request, version: string, { status, text, body }: Answer): Answered | undefined {
  if (status === 503) return undefined;
  if (status === 404) return { outcome: 'absent' };
  if (status === 409 && kind === 'create') return { outcome: 'conflict' };
  if (status === 204 && kind === 'delete') return { outcome: 'ok' };
  if (status !== 200) throw new Error(`${kind} was answered ${status}: ${text}`);
  const { value } = body;
  if (typeof value !== 'string') throw new Error(`${kind} was answered without a value: ${text}`);
  return version === 'v3' || kind === 'get' ? { outcome: 'ok', value } : { outcome: 'ok' };
}
