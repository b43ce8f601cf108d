import type { Page, PageRequest } from '../../database/page-request.js';

const PAGE_SIZE = 1_000;

/** Returns all items of a list in its own order, page by page; each page leaves an event. */
export async function allPages<T>(read: (options: PageRequest<never>) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  const whole = {
    size: PAGE_SIZE,
    all: false,
    search: undefined,
    sorts: [],
    filters: new Map<never, string[]>(),
  };
  for (;;) {
    const page = await read({ ...whole, offset: items.length });
    items.push(...page.items);
    if (page.items.length === 0 || items.length >= page.total) return items;
  }
}
