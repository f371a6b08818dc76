import { isEqualValue, isJsonObject, type ResourceDocument } from '../../../src/schema/document.js';
import type { LoggedChange } from '../../../src/store/trail/audit-store.js';

/** A user or group as the change log tells it. */
export interface LedgerResource {
  readonly type: 'User' | 'Group';
  readonly id: string;
  version: number;
  document: ResourceDocument;
  isDeleted: boolean;
  /** Of a group. */
  readonly members: Set<string>;
}

/** What a resource was before the log began to tell of it; undefined when it was not there. */
export type BaseOf = (type: LedgerResource['type'], id: string) => ResourceDocument | undefined;

/** Folds the change log: entry after entry, what each user and group has become. */
export class Ledger {
  readonly #baseOf: BaseOf;
  readonly #resources = new Map<string, LedgerResource>();
  #touched = new Set<LedgerResource>();

  constructor(baseOf: BaseOf) {
    this.#baseOf = baseOf;
  }

  /** Takes the next entry in; says where it does not follow from those before. */
  apply(change: LoggedChange): readonly string[] {
    const { resourceType: type, resourceId: id, action, version } = change;
    if (type !== 'User' && type !== 'Group') return [];
    const resource = this.#resourceOf(type, id);
    this.#touched.add(resource);
    const faults = [...faultsOf(resource, change)];
    resource.version = version ?? Number.NaN;
    if (action === 'create' || action === 'revive') resource.document = {};
    resource.isDeleted = action === 'delete';
    // What a deletion tells is what was there.
    if (action !== 'delete') resource.document = withValues(resource.document, change);
    faults.push(...(type === 'Group' ? this.#changeMembers(resource, change) : this.#leaveGroups(change)));
    return faults;
  }

  /** The resources of which the log has told since the last call. */
  takeTouched(): readonly LedgerResource[] {
    const touched = [...this.#touched];
    this.#touched = new Set();
    return touched;
  }

  /** Every resource of which the log has told. */
  all(): readonly LedgerResource[] {
    return [...this.#resources.values()];
  }

  #resourceOf(type: LedgerResource['type'], id: string): LedgerResource {
    const known = this.#resources.get(id);
    if (known !== undefined) return known;
    const base = this.#baseOf(type, id);
    const version = base === undefined ? 0 : 1;
    const resource = { type, id, version, document: base ?? {}, isDeleted: false, members: new Set<string>() };
    this.#resources.set(id, resource);
    return resource;
  }

  #changeMembers(group: LedgerResource, { action, members, version }: LoggedChange): readonly string[] {
    const faults: string[] = [];
    for (const id of members.removed) if (!group.members.delete(id)) faults.push(`removes ${id}, who was not in it`);
    for (const id of members.added) {
      if (group.members.has(id)) faults.push(`adds ${id}, who was in it`);
      group.members.add(id);
    }
    if (action === 'delete') group.members.clear();
    return faults.map((fault) => `version ${version} of Group ${group.id} ${fault}`);
  }

  /** Who is deleted leaves the groups; the entry names them. */
  #leaveGroups({ action, resourceId, members }: LoggedChange): readonly string[] {
    if (action !== 'delete') return [];
    return members.removed.flatMap((id) => {
      const group = this.#resourceOf('Group', id);
      this.#touched.add(group);
      return group.members.delete(resourceId)
        ? []
        : [`User ${resourceId} leaves Group ${id} without having been in it`];
    });
  }
}

function faultsOf(resource: LedgerResource, change: LoggedChange): readonly string[] {
  const { action, version, detail = {} } = change;
  const name = `version ${version} of ${resource.type} ${resource.id}`;
  const faults: string[] = [];
  if (version !== resource.version + 1) faults.push(`${name} follows version ${resource.version}`);
  if (action === 'create' && resource.version !== 0) faults.push(`${name} creates what was there`);
  if (action === 'update' && (resource.version === 0 || resource.isDeleted))
    faults.push(`${name} updates what was not there`);
  if (action === 'revive' && !resource.isDeleted) faults.push(`${name} revives what was not deleted`);
  if (action !== 'update') return faults;
  for (const [path, { before }] of Object.entries(detail)) {
    if (!isEqualValue(valueAt(resource.document, path), before)) faults.push(`${name} does not follow in ${path}`);
  }
  return faults;
}

/** The attribute of an extension is named behind its URN and a colon. */
function split(path: string): readonly [extension: string | undefined, name: string] {
  const end = path.startsWith('urn:') ? path.lastIndexOf(':') : -1;
  return end === -1 ? [undefined, path] : [path.slice(0, end), path.slice(end + 1)];
}

function valueAt(document: ResourceDocument, path: string): unknown {
  const [extension, name] = split(path);
  const holder = extension === undefined ? document : document[extension];
  return isJsonObject(holder) ? holder[name] : undefined;
}

function withValues(document: ResourceDocument, { detail = {} }: LoggedChange): ResourceDocument {
  return Object.entries(detail).reduce((made, [path, { after }]) => withValue(made, path, after), document);
}

function withValue(document: ResourceDocument, path: string, value: unknown): ResourceDocument {
  const [extension, name] = split(path);
  if (extension === undefined) return withMember(document, name, value);
  const holder = document[extension];
  const members = withMember(isJsonObject(holder) ? holder : {}, name, value);
  return withMember(document, extension, Object.keys(members).length === 0 ? undefined : members);
}

function withMember(object: ResourceDocument, name: string, value: unknown): ResourceDocument {
  const { [name]: _before, ...rest } = object;
  return value === undefined ? rest : { ...rest, [name]: value };
}
