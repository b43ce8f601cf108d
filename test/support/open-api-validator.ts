import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Answer } from './http-client.js';

interface MediaType {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: Record<string, unknown> }>>;
}

export interface Response {
  readonly $ref?: string;
  readonly description: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: object;
  readonly example?: string;
}

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<string, object>;
    readonly responses: Record<string, Response>;
    readonly parameters: Record<string, Parameter>;
    readonly securitySchemes: object;
  };
}

/** Validates every response in the tests against the published document: an undocumented status or property fails. */
export class OpenApiValidator {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true });
  private readonly compiled = new Map<string, ValidateFunction>();
  private readonly routes: readonly { pattern: RegExp; template: string }[];

  constructor(readonly document: OpenApiDocument) {
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'api', components: document.components });
    // Of two routes that match, the router takes the one without a parameter.
    const parameters = (template: string): number => template.split('{').length;
    const templates = Object.keys(document.paths).sort((one, other) => parameters(one) - parameters(other));
    this.routes = templates.map((template) => ({
      template,
      pattern: new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`),
    }));
  }

  /** Checks a response. Responses to unknown routes are checked against the schema of errors. */
  check(method: string, path: string, answer: Answer): void {
    const bare = path.split('?', 1)[0] ?? '';
    if (bare.startsWith('/api/docs')) return;
    const template = this.routes.find(({ pattern }) => pattern.test(bare))?.template;
    const operation =
      template === undefined ? undefined : this.document.paths[template]?.[method.toLowerCase()];
    if (template === undefined || operation === undefined || [405, 414].includes(answer.status)) {
      this.validate('error', { $ref: 'api#/components/schemas/ErrorBody' }, answer);
      return;
    }
    const name = `${method} ${template} ${answer.status}`;
    const response = this.responseOf(operation, answer.status);
    if (response === undefined)
      throw new Error(`The API document does not name ${name}: ${answer.text.slice(0, 300)}`);
    if (answer.status === 204 || answer.status === 304) {
      if (answer.text !== '') throw new Error(`${name} has a body`);
      return;
    }
    const [type = ''] = (answer.headers['content-type'] ?? '').split(';');
    const schema = response.content?.[type]?.schema;
    if (schema === undefined) throw new Error(`The API document gives no schema for ${name} as ${type}`);
    const content = type === 'application/json' ? answer.body : answer.text;
    this.validate(`${name} ${type}`, relocated(schema), answer, content);
  }

  /** Returns the documented response with a status, also if it is shared; undefined if there is none. */
  responseOf({ responses }: Operation, status: number | string): Response | undefined {
    const response = responses[String(status)];
    const shared = response?.$ref?.split('/').at(-1);
    return shared === undefined ? response : this.document.components.responses[shared];
  }

  private validate(name: string, schema: object, answer: Answer, content: unknown = answer.body): void {
    let check = this.compiled.get(name);
    if (check === undefined) {
      check = this.ajv.compile(schema);
      this.compiled.set(name, check);
    }
    if (!check(content)) {
      throw new Error(
        `${name} is not as documented: ${this.ajv.errorsText(check.errors)}: ${answer.text.slice(0, 300)}`,
      );
    }
  }
}

function relocated(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as object;
}
