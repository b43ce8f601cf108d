import { PageQuery } from '../../../api/lists/paging.js';

/** Declares the query parameters of the list of versions. */
export class SecretVersionListQuery extends PageQuery {}
