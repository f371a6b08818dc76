import { entityTag } from '../../protocol/etag.js';
import { project, type Projection } from '../../protocol/projection.js';
import { userType } from '../../schema/resource-type.js';
import { enterpriseUserSchema, musterUserSchema } from '../../schema/schema-documents.js';
import { storedOf, type ShownResource } from '../../store/resources/shown-resource.js';
import type { Licences } from '../roles/licences.js';
import { locationOf, viewGroupOfUser, viewUser } from '../resource-view.js';

/** What the rendering of users needs besides them. */
export interface UserRendering {
  readonly clientId: string;
  /** The base URL of SCIM, without a trailing slash. */
  readonly scimUrl: string;
  readonly licences: Licences;
}

/** A user, and whether what is stored of it is shown as it is. */
export interface JudgedUser {
  readonly user: ShownResource;
  readonly isPlain: boolean;
}

/** Looks at users once, to tell what must be known to render them. */
export function judgeUsers(users: readonly ShownResource[], projection: Projection): readonly JudgedUser[] {
  const judged = membersJudged(projection);
  return users.map((user) => ({ user, isPlain: judged?.test(user.text) === false }));
}

/**
 * Renders users as they are shown, as JSON. What is stored is shown as it is, which is most of it, so that most people are not
 * taken apart and put together again; whoever has roles, or attributes in the service's own extension, is.
 */
export function userRenderer(projection: Projection, rendering: UserRendering): (user: JudgedUser) => string {
  const aroundOf = renderAround(rendering);
  return ({ user, isPlain }) => {
    if (isPlain) return aroundOf(user);
    const context = { ...rendering, units: user.units };
    return JSON.stringify(project(projection, viewUser(storedOf(user), user.groups, context)));
  };
}

// Inside of a value each quote has a backslash before it, so that a name between quotes stands for a member alone.
const rolesMember = '"roles":';
const enterpriseMember = memberNamed(enterpriseUserSchema.id);

/** Whether a document says anything of roles; also true for some that do not. */
export function mayHaveRoles({ user, isPlain }: JudgedUser): boolean {
  return !isPlain && user.text.includes(rolesMember);
}

/** Finds a member of one of these names: faster than a search for each of them as text. */
function memberNamed(...names: readonly string[]): RegExp {
  return new RegExp(`"(?:${names.map((name) => name.replaceAll('.', String.raw`\.`)).join('|')})":`);
}

const judgedByHidden = new WeakMap<object, RegExp>();

/** The members that are not shown as they are stored; undefined for a projection that chooses among all of them. */
function membersJudged({ hidden }: Projection): RegExp | undefined {
  if (hidden === undefined) return undefined;
  const known = judgedByHidden.get(hidden);
  if (known !== undefined) return known;
  const names = ['roles', musterUserSchema.id, ...hidden];
  const judged = memberNamed(...names);
  judgedByHidden.set(hidden, judged);
  return judged;
}

const schemas = JSON.stringify([userType.core.id, musterUserSchema.id]);
const enterpriseSchemas = JSON.stringify([userType.core.id, enterpriseUserSchema.id, musterUserSchema.id]);

/** Renders what is around a document that is shown as it is. */
function renderAround({ clientId, scimUrl }: UserRendering): (user: ShownResource) => string {
  const own = `,"${musterUserSchema.id}":{"clientId":"${clientId}"`;
  const folder = JSON.stringify(locationOf(userType, '', scimUrl)).slice(0, -1);
  const ofGroups = groupsRenderer(scimUrl);
  return ({ id, version, text, units, groups, standing = 'ACTIVE', createdAt, lastModified }) => {
    const named = enterpriseMember.test(text) ? enterpriseSchemas : schemas;
    const ofUnits = units.length === 0 ? '' : `,"units":${JSON.stringify(units)}`;
    const meta = `{"resourceType":"User","created":"${createdAt}","lastModified":"${lastModified}","location":${folder}${id}","version":${JSON.stringify(entityTag(version))}}`;
    const head = `{"schemas":${named},"id":"${id}",${membersOf(text)}`;
    return `${head}${own}${ofUnits},"effectiveRoles":[],"accountStatus":"${standing}"},"meta":${meta}${ofGroups(groups)}}`;
  };
}

/** What stands between the braces of a stored document. One that was cut off must not spoil the answer that it is put into. */
function membersOf(text: string): string {
  if (text.startsWith('{"') && text.endsWith('}')) return text.slice(1, -1);
  throw new Error('a stored document is not whole');
}

/** Renders each list of groups once: people in the same ones may share it. */
function groupsRenderer(scimUrl: string): (groups: ShownResource['groups']) => string {
  const known = new Map<ShownResource['groups'], string>();
  return (groups) => {
    if (groups.length === 0) return '';
    const text =
      known.get(groups) ?? `,"groups":${JSON.stringify(groups.map((group) => viewGroupOfUser(group, scimUrl)))}`;
    known.set(groups, text);
    return text;
  };
}
