import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../../auth/authenticated-request.js';
import { UnsupportedContentType } from '../../common/errors.js';
import type { Share } from '../../common/turn-queue.js';
import { UnreadBody, type BodyReader } from '../http/unread-body.js';
import { declaredFields, type InputClass } from './declared-fields.js';
import { ArrivingFields, fieldsOf } from './json-fields.js';
import { validateInput } from './validate-input.js';

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
  ) {}

  /**
   * Reads the body and returns it as an instance of `input`, with only its declared fields. An empty body has no
   * fields.
   *
   * @throws UnsupportedContentType, TooLarge, RequestTimeout, Busy
   * @throws BadParameters which names the field, never a value
   */
  async read<T extends object>(input: InputClass<T>): Promise<T> {
    if (!isJson(this.contentType) || !isPlain(this.contentEncoding)) throw new UnsupportedContentType();
    const declared = declaredFields(input);
    const fields = await this.fields(declared);
    const result = new input();
    for (const name of declared) if (fields.has(name)) Object.assign(result, { [name]: fields.get(name) });
    validateInput(result);
    return result;
  }

  private async fields(declared: ReadonlySet<string>): Promise<Map<string, unknown>> {
    const { body, reader } = this;
    if (body?.isLarge !== true) return fieldsOf((await body?.read(reader)) ?? NO_BYTES, declared);
    const arriving = new ArrivingFields(declared, body.maxPartBytes);
    await body.pass(reader, (bytes) => arriving.read(bytes));
    return arriving.end();
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

/** Injects the request body as a `JsonBody`. */
export const RequestBody = createParamDecorator((_data: undefined, context: ExecutionContext): JsonBody => {
  const http = context.switchToHttp();
  const request = http.getRequest<AuthenticatedRequest>();
  const reader = { share: shareOf(request), response: http.getResponse<FastifyReply>().raw };
  const body = request.body instanceof UnreadBody ? request.body : undefined;
  return new JsonBody(body, reader, request.declaredContentType, request.headers['content-encoding']);
});

/** Returns the tenant and the caller for whom a body is read; without a tenant each caller is a group of its own. */
function shareOf({ tenantContext, principal }: AuthenticatedRequest): Share {
  const member = principal?.userId ?? '';
  return { group: tenantContext?.tenantId ?? member, member };
}
