import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BadParameters, UnsupportedContentType } from '../../common/errors.js';
import { declaredFields, type InputClass } from './declared-fields.js';
import { UnreadBody } from '../http/unread-body.js';
import { validateInput } from './validate-input.js';

/** Fatal: a byte that is not UTF-8 is refused, not replaced. A byte order mark stays, and JSON refuses it. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A request's body as it came. Nothing of it is judged until it is read, which is after the rights were checked. */
export class JsonBody {
  constructor(
    private readonly body: Buffer | UnreadBody | undefined,
    private readonly contentType: string | undefined,
    private readonly contentEncoding?: string,
  ) {}

  /**
   * The body as an instance of `input`, with the declared fields and no others. A body of no bytes has no fields.
   *
   * @throws UnsupportedContentType, TooLarge
   * @throws BadParameters naming the field, never a value
   */
  async read<T extends object>(input: InputClass<T>): Promise<T> {
    if (!isJson(this.contentType) || !isPlain(this.contentEncoding)) throw new UnsupportedContentType();
    const text = textOf(this.body instanceof UnreadBody ? await this.body.read() : this.body);
    const fields = fieldsOf(text);
    const mayBeHalf = SURROGATE_ESCAPE.test(text);
    const result = new input();
    for (const name of declaredFields(input)) {
      if (!Object.hasOwn(fields, name)) continue;
      if (mayBeHalf && !isWellFormed(fields[name]))
        throw new BadParameters(`\`${name}\` holds half of a character (a lone surrogate)`);
      Object.assign(result, { [name]: fields[name] });
    }
    validateInput(result);
    return result;
  }
}

/** JSON is UTF-8 (RFC 8259, section 8.1), so a parameter that says so changes nothing and any other is refused. */
function isJson(contentType = ''): boolean {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charsets = parameters.filter((parameter) => /^charset\s*=/.test(parameter));
  return (
    type === 'application/json' &&
    charsets.every((charset) => /^charset\s*=\s*("utf-?8"|utf-?8)$/.test(charset))
  );
}

function isPlain(contentEncoding = ''): boolean {
  return ['', 'identity'].includes(contentEncoding.trim().toLowerCase());
}

/** @throws BadParameters */
function textOf(bytes: Buffer | undefined): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw notJson();
  }
}

function fieldsOf(text: string): Record<string, unknown> {
  if (text === '') return {};
  const parsed = parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new BadParameters('The body must be a JSON object');
  }
  return parsed as Record<string, unknown>;
}

/** The errors of the decoder and the parser quote the body, so they end here. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notJson();
  }
}

function notJson(): BadParameters {
  return new BadParameters('The body is not valid JSON in UTF-8');
}

/** Half of a character cannot be written in UTF-8: only an escape can stand for it. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/** Without recursion, since input nests as deep as its sender likes. */
function isWellFormed(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string' && /\p{Surrogate}/u.test(next)) return false;
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) for (const child of next as unknown[]) left.push(child);
    else for (const [name, child] of Object.entries(next)) left.push(name, child);
  }
  return true;
}

/** Hands a handler the body as a JsonBody. */
export const RequestBody = createParamDecorator((_data: undefined, context: ExecutionContext): JsonBody => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { body } = request;
  const known = Buffer.isBuffer(body) || body instanceof UnreadBody ? body : undefined;
  return new JsonBody(known, request.declaredContentType, request.headers['content-encoding']);
});
