import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { BadParameters, UnsupportedContentType } from '../../common/errors.js';
import { declaredFields, type InputClass } from './declared-fields.js';
import { UnreadBody } from '../http/unread-body.js';
import { validateInput } from './validate-input.js';

/**
 * Rejects bytes that are not UTF-8 instead of replacing them. Keeps a byte order mark, which JSON.parse then rejects.
 */
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Wraps a request body as it arrived. Nothing is checked until it is read, after the caller is authorized. */
export class JsonBody {
  constructor(
    private readonly body: Buffer | UnreadBody | undefined,
    private readonly contentType: string | undefined,
    private readonly contentEncoding?: string,
  ) {}

  /**
   * Returns the body as an instance of `input`, with only its declared fields. An empty body has no fields.
   *
   * @throws UnsupportedContentType, TooLarge
   * @throws BadParameters which names the field, never a value
   */
  async read<T extends object>(input: InputClass<T>): Promise<T> {
    if (!isJson(this.contentType) || !isPlain(this.contentEncoding)) throw new UnsupportedContentType();
    const text = textOf(this.body instanceof UnreadBody ? await this.body.read() : this.body);
    const fields = fieldsOf(text);
    const mayHoldSurrogate = SURROGATE_ESCAPE.test(text);
    const result = new input();
    for (const name of declaredFields(input)) {
      if (!Object.hasOwn(fields, name)) continue;
      if (mayHoldSurrogate && !isWellFormed(fields[name]))
        throw new BadParameters(`\`${name}\` holds half of a character (a lone surrogate)`);
      Object.assign(result, { [name]: fields[name] });
    }
    validateInput(result);
    return result;
  }
}

/** Accepts `application/json` with no charset or UTF-8, which is the only encoding of JSON (RFC 8259, section 8.1). */
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

/**
 * Decodes the bytes as UTF-8.
 * @throws BadParameters for bytes that are not UTF-8
 */
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

/** Parses JSON. Hides the parser's own error, which quotes the body. */
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

/** Matches a lone surrogate in JSON. UTF-8 cannot encode one, so only an escape can produce it. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * Tells whether no text in a value holds a lone surrogate. Works without recursion, since input may be nested deeply.
 */
function isWellFormed(value: unknown): boolean {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string' && /\p{Surrogate}/u.test(next)) return false;
    if (typeof next !== 'object' || next === null) continue;
    if (Array.isArray(next)) for (const child of next as unknown[]) pending.push(child);
    else for (const [name, child] of Object.entries(next)) pending.push(name, child);
  }
  return true;
}

/** Injects the request body as a `JsonBody`. */
export const RequestBody = createParamDecorator((_data: undefined, context: ExecutionContext): JsonBody => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const { body } = request;
  const bytes = Buffer.isBuffer(body) || body instanceof UnreadBody ? body : undefined;
  return new JsonBody(bytes, request.declaredContentType, request.headers['content-encoding']);
});
