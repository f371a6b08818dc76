import { project, type Projection } from '../../protocol/projection.js';
import { inTurns } from '../../store/database/turns.js';
import type { Member } from '../../store/resources/read-members.js';
import type { ResourceText } from '../resource-answer.js';
import { viewMember, type ResourceView } from '../resource-view.js';

/** A group and what is to be shown of it. */
export interface GroupRendering {
  readonly projection: Projection;
  /** The base URL of SCIM, without a trailing slash. */
  readonly scimUrl: string;
}

/**
 * Renders a group as JSON: its view, and behind that its members, if any are given. Very many are viewed, projected and written some
 * at a time, so that nobody waits for all of them.
 */
export async function renderGroup(
  view: ResourceView,
  members: readonly Member[] | undefined,
  { projection, scimUrl }: GroupRendering,
): Promise<ResourceText> {
  const own = JSON.stringify(project(projection, view));
  if (members === undefined || members.length === 0) return own;
  const parts: Buffer[] = [];
  for await (const part of inTurns(members)) {
    const { members: shown } = project(projection, { members: part.map((member) => viewMember(member, scimUrl)) });
    if (shown === undefined) continue;
    // Whatever is asked for, `schemas` and `id` stand in front.
    const before = parts.length === 0 ? `${own.slice(0, -1)},"members":[` : ',';
    parts.push(Buffer.from(before + JSON.stringify(shown).slice(1, -1)));
  }
  return parts.length === 0 ? own : Buffer.concat([...parts, Buffer.from(']}')]);
}
