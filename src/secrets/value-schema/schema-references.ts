export type SchemaObject = Readonly<Record<string, unknown>>;

/** Describes a schema with an `$id`, or the outermost one: what `#` means for all references inside. */
interface Resource {
  readonly root: SchemaObject;
  /** Maps a name to its subschema; to undefined if two subschemas claim it. */
  readonly anchors: Map<string, SchemaObject | undefined>;
}

const DYNAMIC = ['$dynamicRef', '$recursiveRef'];
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;

/**
 * Resolves the references of a schema without compiling it. Gives nothing where the target is not certain: for an
 * `$id` that is relative, and for dynamic references if the schema has more than one `$id`.
 */
export class SchemaReferences {
  private readonly resourceOf = new Map<object, Resource>();
  private readonly resources = new Map<string, Resource>();
  private resourceCount = 0;

  constructor(schema: object) {
    const left = [{ node: schema, outer: this.newResource(schema) }];
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const { node } = next;
      const resource = this.register(node, next.outer);
      for (const child of Object.values(node) as unknown[])
        if (typeof child === 'object' && child !== null) left.push({ node: child, outer: resource });
    }
  }

  /** Returns the subschemas that the references of `node`, a subschema itself, lead to. */
  targets(node: SchemaObject): SchemaObject[] {
    return ['$ref', ...(this.resourceCount > 1 ? [] : DYNAMIC)]
      .map((keyword) => node[keyword])
      .filter((reference) => typeof reference === 'string')
      .map((reference) => this.target(node, reference))
      .filter(isSchemaObject);
  }

  private target(node: SchemaObject, reference: string): SchemaObject | undefined {
    const hash = reference.indexOf('#');
    const uri = hash < 0 ? reference : reference.slice(0, hash);
    const fragment = hash < 0 ? '' : decoded(reference.slice(hash + 1));
    const resource = uri === '' ? this.resourceOf.get(node) : this.resources.get(uri);
    if (resource === undefined || fragment === undefined) return undefined;
    if (fragment === '') return resource.root;
    return fragment.startsWith('/') ? pointed(resource.root, fragment) : resource.anchors.get(fragment);
  }

  /** @returns the resource that `node` belongs to */
  private register(node: object, outer: Resource): Resource {
    const { $id, $anchor, $dynamicAnchor } = node as SchemaObject;
    const named = typeof $id === 'string' && !$id.startsWith('#');
    const resource = named && node !== outer.root ? this.newResource(node) : outer;
    if (named && ABSOLUTE.test($id)) this.resources.set($id.replace(/#$/, ''), resource);
    this.resourceOf.set(node, resource);
    // Up to draft 7 an anchor is an `$id` that begins with `#`.
    const oldAnchor = typeof $id === 'string' && !named ? $id.slice(1) : undefined;
    for (const anchor of [$anchor, $dynamicAnchor, oldAnchor])
      if (typeof anchor === 'string') addAnchor(resource, anchor, node as SchemaObject);
    return resource;
  }

  private newResource(root: object): Resource {
    this.resourceCount += 1;
    return { root: root as SchemaObject, anchors: new Map() };
  }
}

export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function addAnchor({ anchors }: Resource, name: string, node: SchemaObject): void {
  const taken = anchors.has(name) && anchors.get(name) !== node;
  anchors.set(name, taken ? undefined : node);
}

/** Follows a JSON pointer (RFC 6901). */
function pointed(root: SchemaObject, pointer: string): SchemaObject | undefined {
  let node: unknown = root;
  for (const token of pointer.slice(1).split('/')) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
    node = (node as SchemaObject)[key];
  }
  return isSchemaObject(node) ? node : undefined;
}

function decoded(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
