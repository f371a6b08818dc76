import { notFound } from '../../errors.js';
import { readProjection } from '../../protocol/projection.js';
import { groupType } from '../../schema/resource-type.js';
import { groupSchema, musterGroupSchema } from '../../schema/schema-documents.js';
import { readTables, writeTables, type TenantTables } from '../../store/tenant/tenant-tables.js';
import { viewCollaborations, type CollaborationView } from './collaboration-view.js';
import type { DirectoryContext } from '../context.js';
import { findCollaboration } from './find-collaboration.js';
import { patchOf } from '../groups/group-patch.js';
import { fixedUnits } from '../groups/group-place.js';
import type { Groups } from '../groups/groups.js';
import { removeGroup } from '../groups/remove-group.js';
import { requireAccess, type RequestScope } from '../request-scope.js';

/** What a caller may say of a collaboration; what is undefined stays as it is, and null takes it away. */
export interface CollaborationWish {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly expiresAt?: string | null | undefined;
}

/** A new collaboration. Without units it gets the token's; without a short name one is made of the name. */
export interface NewCollaboration extends CollaborationWish {
  readonly name: string;
  readonly shortName?: string | undefined;
  readonly units?: readonly string[] | undefined;
}

const idAlone = readProjection(groupType, { attributes: 'id' });

/** Collaborations: people of one client, perhaps of several units, with groups, services and invitations. */
export class Collaborations {
  readonly #context: DirectoryContext;
  readonly #groups: Groups;

  constructor(context: DirectoryContext, groups: Groups) {
    this.#context = context;
    this.#groups = groups;
  }

  /** Adds a collaboration. Throws 403 for units beyond the token's, 409 for a name or short name that is taken. */
  async create(scope: RequestScope, { name, ...wish }: NewCollaboration): Promise<CollaborationView> {
    const given = Object.entries(wish).filter(([, value]) => value !== undefined && value !== null);
    const extension = { ...Object.fromEntries(given), kind: 'collaboration' };
    const schemas = [groupSchema.id, musterGroupSchema.id];
    const body = { schemas, displayName: name, [musterGroupSchema.id]: extension };
    const { id } = await this.#groups.create(scope, body, idAlone);
    return this.read(scope, id);
  }

  /** The collaboration with this id. Throws 404, or 403 out of scope. */
  async read(scope: RequestScope, id: string): Promise<CollaborationView> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const [view] = await viewCollaborations(tables, [await findCollaboration(tables, id, { lock: false })]);
    if (view === undefined) throw notFound('resource');
    return view;
  }

  /** Changes what is named. Throws 404, 403 out of scope, 409 for a name that is taken. */
  async update(scope: RequestScope, id: string, { name, ...wish }: CollaborationWish): Promise<CollaborationView> {
    requireAccess(scope, 'provision');
    await findCollaboration(this.#tables(scope), id, { lock: false });
    await this.#patch(scope, id, { displayName: name }, wish);
    return this.read(scope, id);
  }

  /**
   * Moves a collaboration, and its groups with it, to these units. Throws 403 for a token for units, `invalidValue` for a name
   * that is no unit of the client.
   */
  async moveTo(scope: RequestScope, id: string, units: readonly string[]): Promise<CollaborationView> {
    requireAccess(scope, 'provision');
    await findCollaboration(this.#tables(scope), id, { lock: false });
    if (scope.units !== undefined) throw fixedUnits();
    await this.#patch(scope, id, {}, { units });
    return this.read(scope, id);
  }

  /** Deletes a collaboration, with its groups, its invitations and its connections; its people stay. */
  async remove(scope: RequestScope, id: string): Promise<void> {
    requireAccess(scope, 'provision');
    await writeTables(this.#context.database, scope, async (tables) => {
      await removeGroup(tables, scope, await findCollaboration(tables, id, { lock: true }));
    });
  }

  #tables(scope: RequestScope): TenantTables {
    return readTables(this.#context.database, scope);
  }

  async #patch(scope: RequestScope, id: string, core: object, extension: object): Promise<void> {
    const body = patchOf(core, extension);
    if (body === undefined) return;
    const request = { id, body, projection: idAlone, projectionGiven: true };
    await this.#groups.patch(scope, request);
  }
}
