import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/authenticated-request.js';
import { UnsupportedContentType } from '../../common/errors.js';
import type { Share } from '../../common/turns/turn-queue.js';
import { calledVersion } from '../http/api-version.decorator.js';
import { UnreadBody, type BodyReader } from '../http/unread-body.js';
import { declaredFields, onlyThese, type FieldNames, type InputClass } from './declared-fields.js';
import { inputOf } from './input-of.js';
import { ArrivingFields, type Fields } from './json-fields.js';
import { readsPart } from './read-parts.js';

/** Describes the part of `UnreadBody` that is used here. */
export type BodySource = Pick<UnreadBody, 'isLarge' | 'maxPartBytes' | 'read' | 'pass'>;

const NO_BYTES = Buffer.alloc(0);

/** Wraps a request body. Nothing is read or checked until a handler asks for it, after the caller is authorized. */
export class JsonBody {
  constructor(
    private readonly body: BodySource | undefined,
    private readonly reader: BodyReader,
    private readonly contentType: string | undefined,
    private readonly contentEncoding?: string,
    private readonly refusesUnknown = false,
  ) {}

  /**
   * Reads the body and returns it as an instance of `input`, with only its declared fields. Other fields are refused
   * under version 3.1, and ignored under version 3, as its clients need. An empty body has no fields.
   *
   * @throws UnsupportedContentType, TooLarge, RequestTimeout, Busy
   * @throws BadParameters which names the field, never a value
   */
  async read<T extends object>(input: InputClass<T>): Promise<T> {
    if (!isJson(this.contentType) || !isPlain(this.contentEncoding)) throw new UnsupportedContentType();
    const declared = declaredFields(input);
    const fields = await this.fields(input, this.refusesUnknown ? onlyThese(declared) : declared);
    return inputOf(input, fields);
  }

  /**
   * Reads a body of which nothing is used, whatever its type.
   * @param ignored the names of the fields that it may have
   * @throws BadParameters for any other field
   */
  async ignore(ignored: ReadonlySet<string>): Promise<void> {
    await this.fields(Object, onlyThese(ignored));
  }

  private async fields(input: InputClass<object>, names: FieldNames): Promise<Fields> {
    const { body, reader } = this;
    const fields = new ArrivingFields(input, names, body?.isLarge === true ? body.maxPartBytes : undefined);
    if (body?.isLarge === true) await body.pass(reader, (bytes) => fields.read(bytes));
    else fields.read((await body?.read(reader)) ?? NO_BYTES);
    return fields.end();
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

/** Returns the body of the request of a context. */
export function jsonBodyOf(context: ExecutionContext): JsonBody {
  const http = context.switchToHttp();
  const request = http.getRequest<AuthenticatedRequest>();
  const reader = { share: shareOf(request), response: http.getResponse<FastifyReply>().raw };
  const body = request.body instanceof UnreadBody ? request.body : undefined;
  const { declaredContentType: type, headers } = request;
  return new JsonBody(body, reader, type, headers['content-encoding'], calledVersion(context) === 'v3.1');
}

const injectBody = createParamDecorator((_data: undefined, context: ExecutionContext) => jsonBodyOf(context));

/** Injects the request body as a `JsonBody`. */
export function RequestBody(): ParameterDecorator {
  return readsPart('body', injectBody());
}

/** Returns the tenant and the caller for whom a body is read; without a tenant each caller is a group of its own. */
function shareOf({ tenantContext, principal }: AuthenticatedRequest): Share {
  const member = principal?.userId ?? '';
  return { group: tenantContext?.tenantId ?? member, member };
}
