import type { ListColumns, PageRequest } from '../../database/page-request.js';
import { ExactFilter } from './exact-filter.decorator.js';
import { partOf, searchOf, type ListQuery } from './list.query.js';
import { SortableBy, sortsOf } from './sortable-by.decorator.js';

/** Declares `_sort` by these columns, and an exact filter for each of them, on the query class of a list. */
export function ListedBy(columns: ListColumns<string>): ClassDecorator {
  return ({ prototype }) => {
    const names = Object.keys(columns);
    SortableBy(names)(prototype as object, '_sort');
    for (const name of names) ExactFilter()(prototype as object, name);
  };
}

/** Returns the page that a query of a class `ListedBy` these columns asks for. */
export function pageRequestOf<F extends string>(query: ListQuery, columns: ListColumns<F>): PageRequest<F> {
  const given = query as unknown as Partial<Record<string, string[]>>;
  const filters = (Object.keys(columns) as F[]).flatMap((name) => {
    const values = given[name];
    return values === undefined ? [] : [[name, values] as const];
  });
  return {
    ...partOf(query),
    search: searchOf(query),
    sorts: sortsOf(given._sort, Object.keys(columns) as F[]),
    filters: new Map(filters),
  };
}
