import { send, type Answer } from '../support/http-client.js';
import type { Answered, Operation, Request } from '../support/secret-history.js';
import { SeededRandom } from '../support/seeded-random.js';
import type { Replica } from './replica.js';

/** Each as often as it is named. */
const KINDS = 'get get get get update update update create create delete'.split(' ') as Request['kind'][];
const METHODS = { get: 'GET', create: 'PUT', update: 'PATCH', delete: 'DELETE' } as const;

/** Clients that ask for the same few secrets at the same time through any of the replicas, and note what they see. */
export class SecretTraffic {
  readonly histories: ReadonlyMap<string, Operation[]>;
  /** How many answers each replica gave. */
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

  /** Goes on until `end`, or until one sees what must not be. Each client has random choices of its own, which do not depend on how fast others are. */
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
      // A connection that was refused carried nothing; of one that was lost nobody knows.
      if (code !== 'ECONNREFUSED') this.note(key, request, began, undefined);
    }
  }

  private note(key: string, request: Request, began: number, answer: Answered | undefined): void {
    const ended = answer === undefined ? Infinity : (this.moment += 1);
    this.histories.get(key)!.push({ request, began, ended, answer });
  }
}

/** @throws Error for an answer that the service must not give; 503 means that it does not know. */
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
