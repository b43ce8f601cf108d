/** Records the methods of every route, which the router does not expose. */
export class RouteTable {
  private readonly routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  add(url: string, methods: readonly string[]): void {
    const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const method of methods) route.methods.add(method);
    this.routes.set(url, route);
  }

  /** Returns the methods that are allowed for a path; empty when no route matches. */
  methodsFor(path: string): string[] {
    const found = [...this.routes.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  }

  has(path: string): boolean {
    return [...this.routes.values()].some(({ pattern }) => pattern.test(path));
  }

  /** Returns the parts of each route between its slashes; those with a wildcard are left out. */
  segmented(): readonly (readonly string[])[] {
    return [...this.routes.keys()].filter((url) => !url.includes('*')).map((url) => url.split('/'));
  }
}

function patternOf(url: string): RegExp {
  const source = url
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/:[^/]+/g, '[^/]+')
    .replace(/\*/g, '.*');
  return new RegExp(`^${source}$`);
}
