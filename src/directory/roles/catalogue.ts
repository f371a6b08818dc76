import { invalidValue, notFound } from '../../errors.js';
import { digestQuery, openCursor, sealCursor, type CursorBinding } from '../../protocol/cursor.js';
import type { ListQuery, Selection } from '../../protocol/list-query.js';
import { matchesFilter } from '../../protocol/match-filter.js';
import { project, type Projection } from '../../protocol/projection.js';
import { leafOf } from '../../schema/attribute-path.js';
import { readAttribute, type ResourceDocument } from '../../schema/document.js';
import { fold } from '../../schema/fold.js';
import type { CatalogueType } from '../../schema/resource-type.js';
import { toSearchValue } from '../../schema/search-document.js';
import { licensedEntitlements } from '../../store/organisation/entitlement-store.js';
import { countGrants, countHolders, licensedRoles, type LicensedRole } from '../../store/organisation/role-store.js';
import { readTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { viewEntitlement, viewOktaEntitlement, viewOktaRole, viewRole, type CatalogueView } from './catalogue-view.js';
import { scimUrlOf, type DirectoryContext } from '../context.js';
import { cursorBinding } from '../cursor-binding.js';
import { requireAccess, type RequestScope } from '../request-scope.js';
import type { ResourcePage } from '../resource-answer.js';

/**
 * What a client may grant, as read-only SCIM resources (draft-ietf-scim-roles-entitlements), and the same as Okta reads it.
 * A client has few of them, so that they are filtered and ordered here.
 */
export class Catalogue {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** The one with this id. Throws 404. */
  async read(
    scope: RequestScope,
    type: CatalogueType,
    { id, projection }: { readonly id: string; readonly projection: Projection },
  ): Promise<ResourceDocument> {
    const found = (await this.#views(scope, type)).find((view) => view.id === id);
    if (found === undefined) throw notFound('resource');
    return project(projection, found);
  }

  /** The page of a query (RFC 7644 §3.4.2, RFC 9865 §2). */
  async list(scope: RequestScope, type: CatalogueType, query: ListQuery): Promise<ResourcePage> {
    const [selection] = query.selections;
    if (selection === undefined) return { totalResults: 0, resources: [] };
    const found = ordered(await this.#views(scope, type), selection, query).filter(
      (view) => selection.filter === undefined || matchesFilter(selection.filter, view),
    );
    const { count } = query.paging;
    const start = this.#start(scope, query, found);
    const shown = found.slice(start, start + count);
    const page = {
      totalResults: found.length,
      resources: shown.map((view) => JSON.stringify(project(selection.projection, view))),
    };
    const last = shown.at(-1);
    if (query.paging.kind === 'index' || last === undefined || start + count >= found.length) return page;
    const position = { id: last.id, key: null, totalResults: found.length };
    return { ...page, nextCursor: sealCursor(this.#binding(scope, query), position) };
  }

  #start(scope: RequestScope, query: ListQuery, found: readonly CatalogueView[]): number {
    const { paging } = query;
    if (paging.kind === 'index') return paging.startIndex - 1;
    if (paging.cursor === '') return 0;
    const { id } = openCursor(this.#binding(scope, query), paging.cursor);
    // What was shown last may have gone meanwhile.
    return found.findIndex((view) => view.id === id) + 1;
  }

  #binding(scope: RequestScope, query: ListQuery): CursorBinding {
    return cursorBinding(this.#context, scope, { query: digestQuery(query), count: query.paging.count });
  }

  async #views(scope: RequestScope, type: CatalogueType): Promise<readonly CatalogueView[]> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    return viewsOf(tables, type, `${scimUrlOf(this.#context)}${type.endpoint}/`);
  }
}

async function viewsOf(tables: TenantTables, type: CatalogueType, folder: string): Promise<readonly CatalogueView[]> {
  switch (type.name) {
    case 'Role': {
      const roles = await licensedRoles(tables);
      // Who reaches units alone does not learn how many people there are besides.
      const used = tables.scope.units === undefined ? await countUsed(tables, roles) : undefined;
      return roles.map((role) => viewRole(role, { all: roles, used, folder }));
    }
    case 'Entitlement': {
      const all = await licensedEntitlements(tables);
      return all.map((entitlement) => viewEntitlement(entitlement, { all, folder }));
    }
    case 'OktaRole':
      return (await licensedRoles(tables)).filter(({ active }) => active).map((role) => viewOktaRole(role, folder));
    case 'OktaEntitlement':
      return (await licensedEntitlements(tables))
        .filter(({ active }) => active)
        .map((entitlement) => viewOktaEntitlement(entitlement, folder));
  }
}

/** How many people have each role, by folded name. Roles that others contain are few, and the rest is one look at the grants. */
async function countUsed(tables: TenantTables, roles: readonly LicensedRole[]): Promise<ReadonlyMap<string, number>> {
  const used = new Map(await countGrants(tables));
  const contained = new Set(roles.flatMap(({ includes }) => includes.slice(1)));
  for (const { name } of roles) if (contained.has(fold(name))) used.set(fold(name), await countHolders(tables, name));
  return used;
}

/** By the attribute that was asked for, those without it last when ascending (RFC 7644 §3.4.2.3); by name otherwise. */
function ordered(views: readonly CatalogueView[], { sort }: Selection, { order }: ListQuery): readonly CatalogueView[] {
  if (sort === undefined) return views;
  if (leafOf(sort).type === 'complex') throw invalidValue(`${sort.text} is complex: sort by one of its sub-attributes`);
  const keyed = views.map((view) => ({ view, key: keyOf(view, sort) }));
  const sorted = keyed.toSorted((a, b) => compareKeys(a.key, b.key)).map(({ view }) => view);
  return order === 'ascending' ? sorted : sorted.toReversed();
}

function keyOf(view: CatalogueView, path: NonNullable<Selection['sort']>): string | undefined {
  const [first] = [readAttribute(view, path)].flat();
  if (first === undefined) return undefined;
  const value = toSearchValue(leafOf(path), first);
  return typeof value === 'number' ? String(value).padStart(16, '0') : String(value);
}

function compareKeys(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
