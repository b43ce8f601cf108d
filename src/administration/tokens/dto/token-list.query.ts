import { ListedBy } from '../../../api/lists/listed-by.decorator.js';
import { ListQuery } from '../../../api/lists/list.query.js';
import { TOKEN_COLUMNS } from '../../../users/tokens/token-overview.js';

@ListedBy(TOKEN_COLUMNS)
export class TokenListQuery extends ListQuery {}
