import { fold } from '../../schema/fold.js';
import { musterGroupSchema } from '../../schema/schema-documents.js';
import { clientById } from '../../store/tenant/client-store.js';
import { findCollaborations } from '../../store/organisation/collaboration-store.js';
import { readPlatform } from '../../store/tenant/platform-tables.js';
import { readTables } from '../../store/tenant/tenant-tables.js';
import { listUnits } from '../../store/tenant/unit-store.js';
import { viewCollaborations, type CollaborationView } from '../collaborations/collaboration-view.js';
import type { DirectoryContext } from '../context.js';
import { requireAccess, type RequestScope } from '../request-scope.js';

/** A client as those who run its collaborations see it: as much of it as the scope reaches. */
export interface OrganisationView {
  readonly id: string;
  readonly name: string;
  /** Names. */
  readonly units: readonly string[];
  readonly collaborationsCount: number;
  readonly collaborations: readonly CollaborationView[];
}

/** By what collaborations are found: names in any letter case, each of which must be met. */
export interface OrganisationQuery {
  readonly units: readonly string[];
  readonly labels: readonly string[];
  readonly services: readonly string[];
}

/** The overview of a client. */
export class Organisation {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  /** The client, and those of its collaborations that the scope reaches and that are asked for, by name. */
  async read(scope: RequestScope, query: OrganisationQuery): Promise<OrganisationView> {
    requireAccess(scope, 'read');
    const tables = readTables(this.#context.database, scope);
    const client = await clientById(readPlatform(this.#context.database), scope.clientId);
    const units = await listUnits(tables);
    const found = await findCollaborations(tables, {
      units: query.units.map(fold),
      labels: query.labels.map(fold),
      services: query.services.map(fold),
      labelsUnder: musterGroupSchema.id,
    });
    return {
      id: scope.clientId,
      name: client?.name ?? '',
      units: units.filter(({ id }) => scope.units?.includes(id) ?? true).map(({ name }) => name),
      collaborationsCount: found.length,
      collaborations: await viewCollaborations(tables, found),
    };
  }
}
